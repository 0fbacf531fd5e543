{{/* pod is a pod that mounts the claim .claim, or keeps its data to itself. */}}
{{- define "pod" -}}
metadata:
  labels: {app: {{ .name }}}
spec:
  automountServiceAccountToken: false
  terminationGracePeriodSeconds: 1
  securityContext: {runAsNonRoot: true, runAsUser: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: app
    image: {{ .image | default "localhost/pause:1" }}
    {{- with .env }}
    env:
    {{- range $name, $value := . }}
    - {name: {{ $name }}, value: {{ $value }}}
    {{- end }}
    {{- end }}
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
    volumeMounts: [{name: data, mountPath: /data}]
{{- end -}}

{{/* deployment: name, claim ("" is an emptyDir), image. */}}
{{- define "deployment" -}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .name }}, labels: {app: {{ .name }}}}
spec:
  replicas: 1
  strategy: {type: Recreate}
  selector: {matchLabels: {app: {{ .name }}}}
  template:
    {{- include "pod" . | nindent 4 }}
      volumes:
      {{- if .claim }}
      - {name: data, persistentVolumeClaim: {claimName: {{ .claim }}}}
      {{- else }}
      - {name: data, emptyDir: {}}
      {{- end }}
{{ end -}}

{{/* set: name, replicas (1), template (data), whenDeleted, whenScaled, image. */}}
{{- define "set" -}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: {{ .name }}, labels: {app: {{ .name }}}}
spec:
  replicas: {{ .replicas | default 1 }}
  serviceName: {{ .name }}
  podManagementPolicy: Parallel
  selector: {matchLabels: {app: {{ .name }}}}
  {{- if or .whenDeleted .whenScaled }}
  persistentVolumeClaimRetentionPolicy: {whenDeleted: {{ .whenDeleted | default "Retain" }}, whenScaled: {{ .whenScaled | default "Retain" }}}
  {{- end }}
  template:
    {{- include "pod" . | nindent 4 }}
  volumeClaimTemplates:
  - metadata: {name: data}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
{{ end -}}

{{/* claim: name, app, annotations, owner (a ConfigMap that owns it, by uid). */}}
{{- define "claim" -}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: {{ .name }}
  labels: {app: {{ .app | default .name }}}
  {{- with .annotations }}
  annotations: {{ toJson . }}
  {{- end }}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
{{ end -}}

{{/* minio: a set whose image is that of a store, so that Ferry takes it for one. */}}
{{- define "minio" -}}
{{ include "set" (merge (dict "image" "quay.io/minio/minio:pause" "env" (dict "MINIO_ROOT_USER" "root" "MINIO_ROOT_PASSWORD" "password")) .) }}
{{- end -}}
