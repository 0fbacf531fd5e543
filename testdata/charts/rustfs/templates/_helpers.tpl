{{- define "rustfs.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "rustfs.fullname" -}}
{{- $name := include "rustfs.name" . }}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) }}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "rustfs.secret" -}}
{{ .Values.secret.existingSecret | default (printf "%s-secret" (include "rustfs.fullname" .)) }}
{{- end }}

{{- define "rustfs.selector" -}}
app.kubernetes.io/name: {{ include "rustfs.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "rustfs.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{ include "rustfs.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
The pools as JSON: [{name, replicas, pool}]. The first keeps the name and labels
of a store without pools, because a StatefulSet's selector cannot change.
*/}}
{{- define "rustfs.pools" -}}
{{- $full := include "rustfs.fullname" . }}
{{- $pools := list }}
{{- range $i, $pool := ternary .Values.pools.list (list dict) .Values.pools.enabled }}
{{- $suffix := ternary (printf "pool%d" $i) "" (gt $i 0) }}
{{- $name := list $full $suffix | compact | join "-" }}
{{- $pools = append $pools (dict "name" $name "pool" $suffix "replicas" ($pool.replicaCount | default $.Values.replicaCount)) }}
{{- end }}
{{- toJson $pools }}
{{- end }}

{{/* RUSTFS_VOLUMES: one expression for each pool. */}}
{{- define "rustfs.volumes" -}}
{{- $drives := int .Values.drivesPerNode }}
{{- $dir := ternary (printf "/data/rustfs{0...%d}" (sub $drives 1)) "/data" (gt $drives 1) }}
{{- $volumes := list }}
{{- range include "rustfs.pools" . | fromJsonArray }}
{{- $pods := printf "%s-{0...%d}.%s-headless.%s.svc.cluster.local" .name (sub (int .replicas) 1) (include "rustfs.fullname" $) $.Release.Namespace }}
{{- $volumes = append $volumes (printf "http://%s:%d%s" $pods (int $.Values.service.endpoint.port) $dir) }}
{{- end }}
{{- join " " $volumes }}
{{- end }}

{{/* The container that serves S3, without its mounts. */}}
{{- define "rustfs.container" -}}
name: {{ .Chart.Name }}
image: "{{ .Values.image.rustfs.repository }}{{ with .Values.image.rustfs.tag | default .Chart.AppVersion }}{{ hasPrefix "sha256:" . | ternary "@" ":" }}{{ . }}{{ end }}"
command: ["/usr/bin/rustfs"]
imagePullPolicy: IfNotPresent
securityContext:
  capabilities: {drop: [ALL]}
  readOnlyRootFilesystem: true
  allowPrivilegeEscalation: false
  runAsNonRoot: true
ports:
  - name: endpoint
    containerPort: {{ .Values.service.endpoint.port }}
  - name: console
    containerPort: {{ .Values.service.console.port }}
envFrom:
  - configMapRef:
      name: {{ include "rustfs.fullname" . }}-config
  - secretRef:
      name: {{ include "rustfs.secret" . }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
livenessProbe:
  httpGet: {path: /health, port: {{ .Values.service.endpoint.port }}}
readinessProbe:
  httpGet: {path: /health/ready, port: {{ .Values.service.endpoint.port }}}
{{- end }}
