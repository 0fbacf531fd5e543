{{/*
ferry.checks refuses values that would be read by nobody: those of Ferry stand at the top level,
and the key of the dependency holds a switch, a name and an image only.
*/}}
{{- define "ferry.checks" -}}
{{- range $key := keys (.Values.ferry | default dict) | sortAlpha -}}
{{- if not (has $key (list "enabled" "name" "image" "global")) -}}
{{- fail (printf "ferry.%s is read by nobody: set %s instead, the values of Ferry stand at the top level" $key $key) -}}
{{- end -}}
{{- end -}}
{{- $_ := include "ferry.bool" (dict "value" (.Values.ferry).enabled "name" "ferry.enabled") -}}
{{- end -}}

{{/* ferry.section is a value that must be a map when it is set. Arguments: root, name. */}}
{{- define "ferry.section" -}}
{{- $value := index .root.Values .name | default dict -}}
{{- if not (kindIs "map" $value) -}}
{{- fail (printf "%s must be a map of values, not %s" .name (kindOf $value)) -}}
{{- end -}}
{{- toYaml $value -}}
{{- end -}}

{{/*
ferry.known refuses a key that Ferry does not have: a misspelt protection would be none. It names
the key that differs in case, dashes or underscores only. Arguments: from, keys, name.
*/}}
{{- define "ferry.known" -}}
{{- $known := .keys -}}
{{- $name := .name -}}
{{- range $key := keys .from | sortAlpha -}}
{{- if not (has $key $known) -}}
{{- $hint := printf "there are %s" (join ", " $known) -}}
{{- range $known -}}
{{- if eq (lower .) (regexReplaceAll "[-_]" $key "" | lower) -}}
{{- $hint = printf "did you mean %s.%s?" $name . -}}
{{- end -}}
{{- end -}}
{{- fail (printf "%s.%s is not a value of Ferry: %s" $name $key $hint) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* ferry.pick is the map of those keys that are set. Arguments: from, keys. */}}
{{- define "ferry.pick" -}}
{{- $from := .from -}}
{{- $set := dict -}}
{{- range $key := .keys -}}
{{- if not (kindIs "invalid" (index $from $key)) -}}
{{- $_ := set $set $key (index $from $key) -}}
{{- end -}}
{{- end -}}
{{- toYaml $set -}}
{{- end -}}

{{/*
ferry.bool is "true" or empty. The text "false", as --set-string passes it, would count as true:
what is neither true nor false is refused. Arguments: value, name.
*/}}
{{- define "ferry.bool" -}}
{{- if kindIs "bool" .value -}}
{{- if .value }}true{{ end -}}
{{- else if not (kindIs "invalid" .value) -}}
{{- fail (printf "%s must be true or false, not the %s %q" .name (kindOf .value) (toString .value)) -}}
{{- end -}}
{{- end -}}
