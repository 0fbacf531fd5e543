{{- define "versitygw.name" -}}
{{ .Release.Name }}-versitygw
{{- end -}}

{{- define "versitygw.selector" -}}
app.kubernetes.io/name: versitygw
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "versitygw.labels" -}}
{{ include "versitygw.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The Secret with the root credentials. */}}
{{- define "versitygw.secret" -}}
{{ .Values.auth.existingSecret | default (include "versitygw.name" .) }}
{{- end -}}

{{- define "versitygw.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
