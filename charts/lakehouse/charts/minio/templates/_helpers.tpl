{{- define "minio.name" -}}
{{ .Release.Name }}-minio
{{- end -}}

{{- define "minio.selector" -}}
app.kubernetes.io/name: minio
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "minio.labels" -}}
{{ include "minio.selector" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end -}}

{{/* The Secret with the root credentials. */}}
{{- define "minio.secret" -}}
{{ .Values.auth.existingSecret | default (include "minio.name" .) }}
{{- end -}}

{{- define "minio.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{- define "minio.claimSpec" -}}
accessModes: [ReadWriteOnce]
{{- with .Values.persistence.storageClass }}
storageClassName: {{ . }}
{{- end }}
resources:
  requests:
    storage: {{ .Values.persistence.size }}
{{- end -}}

{{/* The pod template, without the volume that holds the data. */}}
{{- define "minio.pod" -}}
metadata:
  labels:
    {{- include "minio.selector" . | nindent 4 }}
spec:
  automountServiceAccountToken: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: minio
    image: {{ include "minio.image" . }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args: [server, /data, "--address=:9000", "--console-address=:9001", --certs-dir=/tmp/certs]
    env:
    - name: MINIO_ROOT_USER
      valueFrom:
        secretKeyRef:
          name: {{ include "minio.secret" . }}
          key: root-user
    - name: MINIO_ROOT_PASSWORD
      valueFrom:
        secretKeyRef:
          name: {{ include "minio.secret" . }}
          key: root-password
    ports:
    - name: http
      containerPort: 9000
    - name: console
      containerPort: 9001
    readinessProbe:
      httpGet:
        path: /minio/health/ready
        port: http
      periodSeconds: 5
    livenessProbe:
      httpGet:
        path: /minio/health/live
        port: http
      initialDelaySeconds: 10
    {{- with .Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
    volumeMounts:
    - name: data
      mountPath: /data
    - name: tmp
      mountPath: /tmp
  volumes:
  - name: tmp
    emptyDir: {}
{{- end -}}
