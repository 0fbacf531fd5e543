{{/*
ferry.notes is what Ferry has to say about the values, for NOTES.txt; usually nothing.

  {{ include "ferry.notes" . }}
*/}}
{{- define "ferry.notes" -}}
{{- if include "ferry.legacyAcknowledged" . -}}
DEPRECATED: rustfs.migrationAcknowledged is the old name of objectStorage.cutoverAcknowledged.
It still works and goes away in a future major release: set objectStorage.cutoverAcknowledged=true instead.
{{- end -}}
{{- end -}}
