{{/*
ferry.hook is the metadata of an object that is a hook, before upgrades and rollbacks unless events
says otherwise. Arguments: root, name, component, weight, job (whether it is one), events, stays
(until the next upgrade).
*/}}
{{- define "ferry.hook" -}}
name: {{ .name }}
labels:
  app.kubernetes.io/part-of: ferry
  app.kubernetes.io/component: {{ .component }}
  app.kubernetes.io/instance: {{ .root.Release.Name }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  helm-ferry.dev/name: {{ include "ferry.name" .root }}
annotations:
  helm.sh/hook: {{ .events | default "pre-upgrade,pre-rollback" }}
  helm.sh/hook-weight: {{ .weight | quote }}
  helm.sh/hook-delete-policy: {{ ternary "before-hook-creation" "before-hook-creation,hook-succeeded" (default false .stays) }}
  {{- if .job }}
  helm.sh/hook-output-log-policy: hook-succeeded,hook-failed
  {{- end }}
{{- end -}}

{{/*
ferry.pod is the pod template of a hook's Job: it passes the restricted Pod Security Standard, and
has podTemplate merged into it. Arguments: root, name (of account and ConfigMap), component, args,
env.
*/}}
{{- define "ferry.pod" -}}
{{- $pod := include "ferry.podBase" . | fromYaml -}}
{{- $over := .root.Values.podTemplate | default dict -}}
{{- (include "ferry.merge" (dict "base" $pod "over" $over "key" "") | fromYaml).value | toYaml -}}
{{- end -}}

{{- define "ferry.podBase" -}}
metadata:
  labels:
    app.kubernetes.io/part-of: ferry
    app.kubernetes.io/component: {{ .component }}
    helm-ferry.dev/name: {{ include "ferry.name" .root }}
spec:
  serviceAccountName: {{ .name }}
  automountServiceAccountToken: true
  restartPolicy: Never
  enableServiceLinks: false
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    runAsGroup: 65532
    seccompProfile:
      type: RuntimeDefault
  containers:
  - name: ferry
    image: {{ (.root.Values.ferry).image | default (printf "ghcr.io/helm-ferry/ferry-hook:%s" (include "ferry.version" .root)) | quote }}
    args:
    {{- toYaml .args | nindent 4 }}
    {{- with .env }}
    env:
    {{- toYaml . | nindent 4 }}
    {{- end }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
    volumeMounts:
    - name: config
      mountPath: /etc/ferry
      readOnly: true
  volumes:
  - name: config
    configMap:
      name: {{ .name }}
{{- end -}}

{{/*
ferry.merge lays one value over another, as Ferry does with podTemplate: maps are merged, lists of
containers are merged by name, other lists are appended, everything else is replaced. It returns
{value: …}. Arguments: base, over, key.
*/}}
{{- define "ferry.merge" -}}
{{- $value := .over -}}
{{- if and (kindIs "map" .base) (kindIs "map" .over) -}}
{{- $value = deepCopy .base -}}
{{- range $key, $over := .over -}}
{{- if hasKey $value $key -}}
{{- $merged := include "ferry.merge" (dict "base" (index $value $key) "over" $over "key" $key) | fromYaml -}}
{{- $_ := set $value $key $merged.value -}}
{{- else -}}
{{- $_ := set $value $key $over -}}
{{- end -}}
{{- end -}}
{{- else if and (kindIs "slice" .base) (kindIs "slice" .over) (has .key (list "containers" "initContainers")) -}}
{{- $value = .base -}}
{{- range $over := .over -}}
{{- $list := list -}}
{{- $found := false -}}
{{- range $value -}}
{{- if eq (toString .name) (toString $over.name) -}}
{{- $found = true -}}
{{- $merged := include "ferry.merge" (dict "base" . "over" $over "key" "") | fromYaml -}}
{{- $list = append $list $merged.value -}}
{{- else -}}
{{- $list = append $list . -}}
{{- end -}}
{{- end -}}
{{- if not $found -}}
{{- $list = append $list $over -}}
{{- end -}}
{{- $value = $list -}}
{{- end -}}
{{- else if and (kindIs "slice" .base) (kindIs "slice" .over) -}}
{{- $value = concat .base .over -}}
{{- end -}}
{{- dict "value" $value | toYaml -}}
{{- end -}}
