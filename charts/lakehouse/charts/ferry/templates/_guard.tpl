{{/*
ferry.guard is the guard: hooks that run before an upgrade or a rollback is applied, and refuse one
that would lose data. Its Role names the records of the revisions that it may have to read, so that
it need not list Secrets: this one, those before it, and those after it, for a rollback to this one.
*/}}
{{- define "ferry.guard" -}}
{{- $name := printf "%s-guard" (include "ferry.name" .) -}}
{{- $records := include "ferry.records" . | fromYamlArray -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "guard" "weight" "-20") | nindent 2 }}
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "guard" "weight" "-19") | nindent 2 }}
rules:
# live claims, and the annotation that keeps one
- apiGroups: [""]
  resources: [persistentvolumeclaims]
  verbs: [get, list, patch]
# live StatefulSets, and the retention policy of one that goes
- apiGroups: [apps]
  resources: [statefulsets]
  verbs: [get, list, patch]
# which provider the live alias selects
- apiGroups: [""]
  resources: [services]
  resourceNames: [{{ include "ferry.alias" . | quote }}]
  verbs: [get]
# what proves a migration, and which store outside of the release consumers are pointed at
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [{{ printf "%s-migration-record" (include "ferry.name" .) | quote }}, {{ printf "%s-ferry" (include "ferry.name" .) | quote }}]
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
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "guard" "weight" "-18") | nindent 2 }}
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
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "guard" "weight" "-15") | nindent 2 }}
data:
  ferry.yaml: |
    {{- include "ferry.document" . | nindent 4 }}
---
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "ferry.hook" (dict "root" . "name" $name "component" "guard" "weight" "-10" "job" true) | nindent 2 }}
spec:
  # one try, and an end before Helm's own; no ttl: Helm 3 takes a Job that vanishes for a success
  backoffLimit: 0
  activeDeadlineSeconds: 240
  template:
    {{- $args := list "guard" "--config=/etc/ferry/ferry.yaml" (printf "--release=%s" .Release.Name) (printf "--revision=%d" (int .Release.Revision)) }}
    {{- include "ferry.pod" (dict "root" . "name" $name "component" "guard" "args" $args) | nindent 4 }}
{{- end -}}


{{/*
ferry.records are the names of the records of the revisions that a hook may have to read.
*/}}
{{- define "ferry.records" -}}
{{- $records := list -}}
{{- range $n := untilStep (max 1 (sub (int .Release.Revision) 10) | int) (add (int .Release.Revision) 11 | int) 1 -}}
{{- $records = append $records (printf "sh.helm.release.v1.%s.v%d" $.Release.Name $n) -}}
{{- end -}}
{{- toYaml $records -}}
{{- end -}}
