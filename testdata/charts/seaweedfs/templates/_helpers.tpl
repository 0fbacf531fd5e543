{{- define "seaweedfs.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "seaweedfs.fullname" -}}
{{- $name := include "seaweedfs.name" . }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Labels for a selector; takes (list root component). */}}
{{- define "seaweedfs.match" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "seaweedfs.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "seaweedfs.podLabels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ $root.Chart.Name }}-{{ $root.Chart.Version }}
{{ include "seaweedfs.match" . }}
{{- end }}

{{- define "seaweedfs.labels" -}}
{{ include "seaweedfs.podLabels" . }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
{{- end }}

{{/* What all containers have in common, up to the command. */}}
{{- define "seaweedfs.container" -}}
name: seaweedfs
image: {{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
imagePullPolicy: IfNotPresent
env:
  - name: POD_IP
    valueFrom: {fieldRef: {fieldPath: status.podIP}}
  - name: POD_NAME
    valueFrom: {fieldRef: {fieldPath: metadata.name}}
  - name: NAMESPACE
    valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
  - name: SEAWEEDFS_FULLNAME
    value: {{ include "seaweedfs.fullname" . | quote }}
{{- end }}

{{- define "seaweedfs.masters" -}}
{{- $full := include "seaweedfs.fullname" . }}
{{- $masters := list }}
{{- range $i := until (int .Values.master.replicas) }}
{{- $masters = append $masters (printf "%s-master-%d.%s-master.%s:%d" $full $i $full $.Release.Namespace (int $.Values.master.port)) }}
{{- end }}
{{- join "," $masters }}
{{- end }}

{{- define "seaweedfs.s3Secret" -}}
{{ .Values.s3.existingConfigSecret | default (printf "%s-s3-secret" (include "seaweedfs.fullname" .)) }}
{{- end }}

{{/* The volume with the S3 identities, and its mount. */}}
{{- define "seaweedfs.s3Volume" -}}
- name: config-users
  secret:
    defaultMode: 420
    secretName: {{ include "seaweedfs.s3Secret" . }}
{{- end }}

{{- define "seaweedfs.s3Mount" -}}
- name: config-users
  mountPath: /etc/sw
  readOnly: true
{{- end }}

{{/* A volume for data that is no claim template; takes (list root name). */}}
{{- define "seaweedfs.dataVolume" -}}
{{- $data := (index . 0).Values.data -}}
{{- if eq $data.type "hostPath" -}}
- name: {{ index . 1 }}
  hostPath: {path: /storage/{{ index . 1 }}, type: DirectoryOrCreate}
{{- else if eq $data.type "emptyDir" -}}
- name: {{ index . 1 }}
  emptyDir: {}
{{- end }}
{{- end }}

{{/* A claim template; takes (list root name). */}}
{{- define "seaweedfs.claim" -}}
{{- $data := (index . 0).Values.data -}}
- apiVersion: v1
  kind: PersistentVolumeClaim
  metadata:
    name: {{ index . 1 }}
  spec:
    accessModes: [ "ReadWriteOnce" ]
    storageClassName: {{ $data.storageClass }}
    resources:
      requests:
        storage: {{ $data.size }}
{{- end }}
