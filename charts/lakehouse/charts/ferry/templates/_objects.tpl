{{/*
ferry.objects is the one template that a chart includes: it renders every object of Ferry
that belongs into the chart, unless ferry.enabled is false.

  {{ include "ferry.objects" . }}
*/}}
{{- define "ferry.objects" -}}
{{- include "ferry.checks" . -}}
{{- if ne (toString (.Values.ferry).enabled) "false" -}}
{{- include "ferry.config" . }}
{{- if include "ferry.guarded" . }}
---
{{ include "ferry.guard" . }}
{{- end -}}
{{- if and (include "ferry.moves" .) (not (include "ferry.missing" .)) }}
---
{{ include "ferry.cutover" . }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* ferry.guarded is not empty unless preUpgradeChecks.enabled is false. */}}
{{- define "ferry.guarded" -}}
{{- $checks := include "ferry.section" (dict "root" . "name" "preUpgradeChecks") | fromYaml -}}
{{- if kindIs "invalid" $checks.enabled -}}
true
{{- else -}}
{{- include "ferry.bool" (dict "value" $checks.enabled "name" "preUpgradeChecks.enabled") -}}
{{- end -}}
{{- end -}}

{{/*
ferry.config is the ConfigMap with the config document. It stays when the chart stops
rendering it, so that one upgrade without Ferry does not take Ferry out of a release.
*/}}
{{- define "ferry.config" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "ferry.name" . }}-ferry
  labels:
    app.kubernetes.io/part-of: ferry
    app.kubernetes.io/component: config
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/managed-by: {{ .Release.Service }}
    helm-ferry.dev/config: "true"
  annotations:
    helm.sh/resource-policy: keep
    helm-ferry.dev/library-chart: {{ include "ferry.version" . }}
data:
  ferry.yaml: |
    {{- include "ferry.document" . | nindent 4 }}
{{- end -}}
