{{- define "rustfs.name" -}}
{{ .Release.Name }}-rustfs
{{- end -}}

{{- define "rustfs.selector" -}}
app.kubernetes.io/name: rustfs
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "rustfs.labels" -}}
{{ include "rustfs.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The Secret with the root credentials. */}}
{{- define "rustfs.secret" -}}
{{ .Values.auth.existingSecret | default (include "rustfs.name" .) }}
{{- end -}}

{{- define "rustfs.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
