{{- define "minio.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "minio.match" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
{{- end }}

{{/* Labels that are no part of a selector. */}}
{{- define "minio.more" -}}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Chart.AppVersion }}
helm.sh/chart: {{ .Values.nameOverride | default .Chart.Name }}-{{ .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "minio.labels" -}}
{{ include "minio.match" . }}
{{ include "minio.more" . }}
app.kubernetes.io/part-of: minio
{{- end }}

{{- define "minio.image" -}}
{{- $version := ternary (printf "@%s" .digest) (printf ":%s" .tag) (ne .digest "") }}
{{- list .registry .repository | compact | join "/" }}{{ $version }}
{{- end }}

{{- define "minio.secretName" -}}
{{ .Values.auth.existingSecret | default (include "minio.fullname" .) }}
{{- end }}

{{- define "minio.userKey" -}}
{{ and .Values.auth.existingSecret .Values.auth.rootUserSecretKey | default "root-user" }}
{{- end }}

{{- define "minio.passwordKey" -}}
{{ and .Values.auth.existingSecret .Values.auth.rootPasswordSecretKey | default "root-password" }}
{{- end }}

{{- define "minio.scheme" -}}
{{ ternary "https" "http" .Values.tls.enabled }}
{{- end }}

{{- define "minio.rootEnv" -}}
{{- if .Values.auth.usePasswordFiles }}
- name: MINIO_ROOT_USER_FILE
  value: /opt/bitnami/minio/secrets/{{ include "minio.userKey" . }}
- name: MINIO_ROOT_PASSWORD_FILE
  value: /opt/bitnami/minio/secrets/{{ include "minio.passwordKey" . }}
{{- else }}
- name: MINIO_ROOT_USER
  valueFrom:
    secretKeyRef:
      name: {{ include "minio.secretName" . }}
      key: {{ include "minio.userKey" . }}
- name: MINIO_ROOT_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "minio.secretName" . }}
      key: {{ include "minio.passwordKey" . }}
{{- end }}
{{- end }}

{{- define "minio.securityContext" -}}
allowPrivilegeEscalation: false
capabilities: {drop: [ALL]}
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 1001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* The names and paths of the volumes for data, as JSON. */}}
{{- define "minio.drives" -}}
{{- $drives := dict "data" .Values.persistence.mountPath }}
{{- $n := int .Values.statefulset.drivesPerNode }}
{{- if and (eq .Values.mode "distributed") (gt $n 1) }}
{{- $drives = dict }}
{{- range $i := until $n }}
{{- $_ := set $drives (printf "data-%d" $i) (printf "%s-%d" $.Values.persistence.mountPath $i) }}
{{- end }}
{{- end }}
{{- toJson $drives }}
{{- end }}

{{/* MINIO_DISTRIBUTED_NODES: one expression for each zone. */}}
{{- define "minio.nodes" -}}
{{- $set := .Values.statefulset }}
{{- $path := .Values.persistence.mountPath }}
{{- if gt (int $set.drivesPerNode) 1 }}
{{- $path = printf "%s-{0...%d}" $path (sub (int $set.drivesPerNode) 1) }}
{{- end }}
{{- $full := include "minio.fullname" . }}
{{- $nodes := list }}
{{- range $zone := until (int $set.zones) }}
{{- $first := mul $zone (int $set.replicaCount) }}
{{- $last := sub (add $first (int $set.replicaCount)) 1 }}
{{- $host := printf "%s-{%d...%d}.%s-headless.%s.svc.cluster.local" $full $first $last $full $.Release.Namespace }}
{{- $nodes = append $nodes (printf "%s:%d%s" $host (int $.Values.containerPorts.api) $path) }}
{{- end }}
{{- join "," $nodes }}
{{- end }}
