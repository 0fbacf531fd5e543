{{/*
ferry.document is the config document. It holds what the values set and nothing else: the
defaults are Ferry's.
*/}}
{{- define "ferry.document" -}}
{{- $spec := dict -}}
{{- with (.Values.ferry).image -}}
{{- $_ := set $spec "image" . -}}
{{- end -}}
{{- with .Values.caBundle -}}
{{- $_ := set $spec "caBundle" . -}}
{{- end -}}
{{- range $section := list "objectStorage" "preUpgradeChecks" "migration" -}}
{{- with include (printf "ferry.%s" $section) $ | fromYaml -}}
{{- $_ := set $spec $section . -}}
{{- end -}}
{{- end -}}
{{- range $section := list "mirrors" "snapshots" "podTemplate" -}}
{{- with index $.Values $section -}}
{{- $_ := set $spec $section . -}}
{{- end -}}
{{- end -}}
apiVersion: helm-ferry.dev/v1alpha1
kind: Ferry
metadata:
  name: {{ include "ferry.name" . }}
spec:
  {{- toYaml $spec | nindent 2 }}
{{- end -}}

{{/* ferry.objectStorage is spec.objectStorage. */}}
{{- define "ferry.objectStorage" -}}
{{- $values := include "ferry.section" (dict "root" . "name" "objectStorage") | fromYaml -}}
{{- $keys := list "alias" "activeProvider" "previousProvider" "cutoverAcknowledged" "endpoint" "region"
      "defaultBuckets" "credentials" "providers" "rewire" -}}
{{- include "ferry.known" (dict "from" $values "keys" $keys "name" "objectStorage") -}}
{{- $set := include "ferry.pick" (dict "from" $values "keys" $keys) | fromYaml -}}
{{- $_ := include "ferry.bool" (dict "value" $values.cutoverAcknowledged "name" "objectStorage.cutoverAcknowledged") -}}
{{- if include "ferry.legacyAcknowledged" . -}}
{{- $_ := set $set "cutoverAcknowledged" true -}}
{{- end -}}
{{- toYaml $set -}}
{{- end -}}

{{/* ferry.preUpgradeChecks is spec.preUpgradeChecks. */}}
{{- define "ferry.preUpgradeChecks" -}}
{{- $values := include "ferry.section" (dict "root" . "name" "preUpgradeChecks") | fromYaml -}}
{{- $keys := list "enabled" "required" "requireProof" "allowLoss" -}}
{{- include "ferry.known" (dict "from" $values "keys" $keys "name" "preUpgradeChecks") -}}
{{- include "ferry.pick" (dict "from" $values "keys" $keys) -}}
{{- end -}}

{{/*
ferry.legacyAcknowledged is not empty when the old name of objectStorage.cutoverAcknowledged
is set to true.
*/}}
{{- define "ferry.legacyAcknowledged" -}}
{{- include "ferry.bool" (dict "value" (.Values.rustfs).migrationAcknowledged "name" "rustfs.migrationAcknowledged") -}}
{{- end -}}
