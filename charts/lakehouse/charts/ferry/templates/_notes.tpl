{{/*
ferry.notes is what Ferry has to say about the values, for NOTES.txt; usually nothing.

  {{ include "ferry.notes" . }}
*/}}
{{- define "ferry.notes" -}}
{{- if include "ferry.legacyAcknowledged" . -}}
DEPRECATED: rustfs.migrationAcknowledged is the old name of objectStorage.cutoverAcknowledged.
It still works and goes away in a future major release: set objectStorage.cutoverAcknowledged=true instead.
{{ end -}}
{{- if include "ferry.moves" . -}}
{{- with include "ferry.missing" . -}}
No hook moves the objects when the alias moves: a chart cannot see which Secret a store uses. Name it for
{{ . }} in objectStorage.providers, for example {name: minio, credentials: {secretName: minio-keys}}.
{{- end -}}
{{- end -}}
{{- end -}}
