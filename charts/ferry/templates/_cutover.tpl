{{/* ferry.moves is not empty when a migration is enabled that writes. */}}
{{- define "ferry.moves" -}}
{{- $migration := include "ferry.migration" . | fromYaml -}}
{{- if and $migration.enabled (not $migration.dryRun) -}}
true
{{- end -}}
{{- end -}}

{{/*
ferry.missing names the providers of the migration for which objectStorage.providers names no Secret:
a chart cannot see the workloads, and a hook needs the keys of both stores.
*/}}
{{- define "ferry.missing" -}}
{{- $migration := include "ferry.migration" . | fromYaml -}}
{{- $missing := list -}}
{{- range $name := list $migration.from $migration.to -}}
{{- if not (include "ferry.storeSecret" (dict "root" $ "name" $name) | fromYaml).secretName -}}
{{- $missing = append $missing $name -}}
{{- end -}}
{{- end -}}
{{- join " and " $missing -}}
{{- end -}}

{{/* ferry.storeSecret is the credentials of a provider's row. Arguments: root, name. */}}
{{- define "ferry.storeSecret" -}}
{{- $credentials := dict -}}
{{- range $row := ((.root.Values.objectStorage).providers) -}}
{{- if eq (toString $row.name) $.name -}}
{{- $credentials = $row.credentials | default dict -}}
{{- end -}}
{{- end -}}
{{- toYaml $credentials -}}
{{- end -}}

{{/*
ferry.storeEnv are the variables by which a hook opens both stores. The upgrade that brings a store in
brings its Secret too, after this hook: a pod that waits for it would never start.
*/}}
{{- define "ferry.storeEnv" -}}
{{- $migration := include "ferry.migration" . | fromYaml -}}
{{- range $name := list $migration.from $migration.to }}
{{- $credentials := include "ferry.storeSecret" (dict "root" $ "name" $name) | fromYaml }}
{{- $prefix := printf "FERRY_STORE_%s" ($name | replace "-" "_" | upper) }}
- name: {{ $prefix }}_ACCESS_KEY
  valueFrom: {secretKeyRef: {name: {{ $credentials.secretName }}, key: {{ $credentials.accessKeyKey | default "access-key" }}, optional: true}}
- name: {{ $prefix }}_SECRET_KEY
  valueFrom: {secretKeyRef: {name: {{ $credentials.secretName }}, key: {{ $credentials.secretKeyKey | default "secret-key" }}, optional: true}}
{{- end }}
{{- end -}}

{{/* ferry.seconds is a duration such as 1h30m in seconds. */}}
{{- define "ferry.seconds" -}}
{{- $units := dict "s" 1 "m" 60 "h" 3600 "d" 86400 "w" 604800 -}}
{{- $total := 0 -}}
{{- range $part := regexFindAll "[0-9]+[smhdw]" . -1 -}}
{{- $total = add $total (mul (regexFind "[0-9]+" $part | int) (index $units (regexFind "[smhdw]" $part))) -}}
{{- end -}}
{{- $total -}}
{{- end -}}

{{/*
ferry.cutover are the hooks that move the objects when the alias moves, before the manifest is
applied, and bring the consumers back after it. Their account stays until the next upgrade: the
watchdog that they make outlives the event.
*/}}
{{- define "ferry.cutover" -}}
{{- $name := printf "%s-cutover" (include "ferry.name" .) -}}
{{- $migration := include "ferry.migration" . | fromYaml -}}
{{- $seconds := add 45 (include "ferry.seconds" (toString ($migration.deadline | default "4m")) | int) -}}
{{- $records := include "ferry.records" . | fromYamlArray -}}
{{- $env := include "ferry.storeEnv" . | fromYamlArray -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "migration" "weight" "-20" "stays" true) | nindent 2 }}
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "migration" "weight" "-19" "stays" true) | nindent 2 }}
rules:
# stops consumers and brings them back; which ones, only the revision in force tells
- apiGroups: [apps]
  resources: [deployments/scale, statefulsets/scale, replicasets/scale]
  verbs: [get, update]
# suspends CronJobs and resumes them
- apiGroups: [batch]
  resources: [cronjobs]
  verbs: [get, patch]
# whether a consumer deletes its claims when it is stopped, and who else scales it or writes it back
- apiGroups: [apps]
  resources: [deployments, statefulsets, replicasets]
  verbs: [get]
- apiGroups: [argoproj.io]
  resources: [applications]
  verbs: [get]
- apiGroups: [helm.toolkit.fluxcd.io]
  resources: [helmreleases]
  verbs: [get]
- apiGroups: [kustomize.toolkit.fluxcd.io]
  resources: [kustomizations]
  verbs: [get]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [list]
- apiGroups: [keda.sh]
  resources: [scaledobjects]
  verbs: [list]
# whether consumers run, and whether the stores have ready pods
- apiGroups: [""]
  resources: [pods]
  verbs: [list]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [list, create]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list]
# its own Job, from which it makes the watchdog, and the watchdog of the cutover before
- apiGroups: [batch]
  resources: [jobs]
  resourceNames: [{{ $name | quote }}]
  verbs: [get]
- apiGroups: [batch]
  resources: [jobs]
  resourceNames: [{{ printf "%s-watchdog" (include "ferry.name" .) | quote }}]
  verbs: [delete]
# which provider the live alias selects
- apiGroups: [""]
  resources: [services]
  resourceNames: [{{ include "ferry.alias" . | quote }}]
  verbs: [get]
# which store outside of the release consumers are pointed at: it has no alias
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [{{ printf "%s-ferry" (include "ferry.name" .) | quote }}]
  verbs: [get]
# the journal, which goes when consumers are back, and the record, which stays
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [{{ printf "%s-cutover-journal" (include "ferry.name" .) | quote }}, {{ printf "%s-migration-record" (include "ferry.name" .) | quote }}]
  verbs: [get, update]
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [{{ printf "%s-cutover-journal" (include "ferry.name" .) | quote }}]
  verbs: [delete]
- apiGroups: [""]
  resources: [configmaps]
  verbs: [create]
# what consumers open the store with
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [{{ include "ferry.credentialsSecret" . | quote }}]
  verbs: [get]
# the revision in force and the one to come, wherever Helm keeps them
- apiGroups: [""]
  resources: [secrets, configmaps]
  resourceNames:
  {{- toYaml $records | nindent 2 }}
  verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "migration" "weight" "-18" "stays" true) | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: {{ $name }}
subjects:
- kind: ServiceAccount
  name: {{ $name }}
---
# the configuration of this revision: the release's own is still that of the revision in force
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "migration" "weight" "-15" "stays" true) | nindent 2 }}
data:
  ferry.yaml: |
    {{- include "ferry.document" . | nindent 4 }}
{{- /* Helm 3 takes a Job that vanishes for one that has succeeded: another one asks for the proof */ -}}
{{- range $job := list (dict "name" $name "command" (list "cutover") "weight" "-5" "events" "pre-upgrade,pre-rollback" "env" $env)
      (dict "name" (printf "%s-confirm" (include "ferry.name" .)) "command" (list "cutover" "--confirm") "weight" "-4" "events" "pre-upgrade,pre-rollback")
      (dict "name" (printf "%s-bring-back" (include "ferry.name" .)) "command" (list "bring-back") "weight" "5" "events" "post-upgrade,post-rollback" "env" $env) }}
---
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "ferry.hook" (dict "root" $ "name" $job.name "component" "migration" "weight" $job.weight "job" true "events" $job.events) | nindent 2 }}
spec:
  # one try: whatever it leaves open, the next run or the watchdog goes on with
  backoffLimit: 0
  activeDeadlineSeconds: {{ $seconds }}
  template:
    {{- $args := concat $job.command (list "--config=/etc/ferry/ferry.yaml" (printf "--release=%s" $.Release.Name) (printf "--revision=%d" (int $.Release.Revision))) }}
    {{- include "ferry.pod" (dict "root" $ "name" $name "component" "migration" "args" $args "env" $job.env) | nindent 4 }}
{{- end }}
{{- end -}}
