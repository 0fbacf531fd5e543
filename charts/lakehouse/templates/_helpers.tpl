{{/* Labels of one part of the lakehouse. Arguments: root, part. */}}
{{- define "lakehouse.selector" -}}
app.kubernetes.io/name: {{ .part }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- define "lakehouse.labels" -}}
{{ include "lakehouse.selector" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end -}}

{{- define "lakehouse.image" -}}
image: {{ .Values.rclone.repository }}:{{ .Values.rclone.tag }}
imagePullPolicy: {{ .Values.rclone.pullPolicy }}
{{- end -}}

{{/* Security context of a pod, as the Pod Security Standard "restricted" demands it. */}}
{{- define "lakehouse.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "lakehouse.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The shared credentials, as environment variables that S3 clients know. */}}
{{- define "lakehouse.credentials" -}}
- name: AWS_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ include "ferry.credentialsSecret" . }}
      key: access-key
- name: AWS_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ include "ferry.credentialsSecret" . }}
      key: secret-key
{{- end -}}

{{/* URL by which the consumer "history" reaches its store: never the alias. */}}
{{- define "lakehouse.historyEndpoint" -}}
{{- $name := .Release.Name -}}
{{- if .Values.history.endpoint -}}
{{ .Values.history.endpoint }}
{{- else if .Values.minio.enabled -}}
http://{{ $name }}-minio:9000
{{- else if .Values.rustfs.enabled -}}
http://{{ $name }}-rustfs-svc:9000
{{- else if .Values.versitygw.enabled -}}
http://{{ $name }}-versitygw:7070
{{- else if .Values.rcloneS3.enabled -}}
http://{{ $name }}-rclone-s3:8080
{{- else -}}
{{ required "no store: set rustfs.enabled, minio.enabled, versitygw.enabled or rcloneS3.enabled to true, or objectStorage.endpoint" .Values.objectStorage.endpoint }}
{{- end -}}
{{- end -}}

{{- define "lakehouse.rcloneS3Secret" -}}
{{ .Values.rcloneS3.auth.existingSecret | default (printf "%s-rclone-s3" .Release.Name) }}
{{- end -}}
