{{/*
ferry.migration is spec.migration, from the one value migration.<from>To<To> that is enabled.
*/}}
{{- define "ferry.migration" -}}
{{- $values := include "ferry.section" (dict "root" . "name" "migration") | fromYaml -}}
{{- $fields := list "dryRun" "quiesce" "deadline" "consumers" "exclude" "accept" -}}
{{- $enabled := list -}}
{{- range $pair, $migration := $values -}}
{{- include "ferry.pair" $pair -}}
{{- $name := printf "migration.%s" $pair -}}
{{- if not (kindIs "map" $migration) -}}
{{- fail (printf "%s must hold values, for example %s.enabled=true" $name $name) -}}
{{- end -}}
{{- include "ferry.known" (dict "from" $migration "keys" (prepend $fields "enabled") "name" $name) -}}
{{- $_ := include "ferry.bool" (dict "value" $migration.dryRun "name" (printf "%s.dryRun" $name)) -}}
{{- if include "ferry.bool" (dict "value" $migration.enabled "name" (printf "%s.enabled" $name)) -}}
{{- $enabled = append $enabled $pair -}}
{{- end -}}
{{- end -}}
{{- if gt (len $enabled) 1 -}}
{{- $names := list -}}
{{- range $enabled }}{{ $names = append $names (printf "migration.%s.enabled" .) }}{{ end -}}
{{- fail (printf "%s are all true, and a release migrates one pair at a time: set all but one to false" (join " and " $names)) -}}
{{- end -}}
{{- range $pair := $enabled -}}
{{- $sides := include "ferry.sides" (dict "root" $ "pair" $pair) | fromYaml -}}
{{- $set := include "ferry.pick" (dict "from" (index $values $pair) "keys" $fields) | fromYaml -}}
{{- toYaml (merge (dict "enabled" true "from" $sides.from "to" $sides.to) $set) -}}
{{- end -}}
{{- end -}}

{{/*
ferry.pair refuses a key below migration that names no pair of providers, with the pair that it
looks like.
*/}}
{{- define "ferry.pair" -}}
{{- $key := . -}}
{{- if not (regexMatch "^[a-z][A-Za-z0-9]*To[A-Z][A-Za-z0-9]*$" $key) -}}
{{- $example := "for example migration.minioToRustfs.enabled=true" -}}
{{- $providers := list "minio" "rustfs" "seaweedfs" "garage" "cephRgw" "versitygw" "external" -}}
{{- range $from := $providers -}}
{{- range $to := $providers -}}
{{- $pair := printf "%sTo%s" $from (title $to) -}}
{{- if eq (lower $pair) (regexReplaceAll "[^A-Za-z0-9]" $key "" | lower) -}}
{{- $example = printf "did you mean migration.%s?" $pair -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- fail (printf "migration.%s is not a value of Ferry: a migration is named after its pair, <from>To<To>; %s" $key $example) -}}
{{- end -}}
{{- end -}}

{{/*
ferry.sides splits the name of a pair, minioToCephRgw, into the names of its providers, minio
and ceph-rgw, and refuses a pair with a side that is not running; but for the source once consumers
have left it: its last upgrade looks at it once more. Arguments: root, pair.
*/}}
{{- define "ferry.sides" -}}
{{- if gt (len (regexFindAll "To[A-Z]" .pair -1)) 1 -}}
{{- fail (printf "migration.%s can be read in more than one way: name both providers in a ferry.yaml and pass it with --config" .pair) -}}
{{- end -}}
{{- $from := regexReplaceAll "To[A-Z].*$" .pair "" -}}
{{- $to := trimPrefix (printf "%sTo" $from) .pair | untitle -}}
{{- $storage := include "ferry.objectStorage" .root | fromYaml -}}
{{- $chosen := $storage.activeProvider | default "auto" | toString -}}
{{- $left := ternary (not (empty $storage.cutoverAcknowledged)) (eq (include "ferry.kebab" $to) $chosen) (eq $chosen "auto") -}}
{{- $off := list -}}
{{- range $key := ternary (list $to) (list $from $to) $left -}}
{{- with include "ferry.disabled" (dict "root" $.root "key" $key) -}}
{{- $off = append $off . -}}
{{- end -}}
{{- end -}}
{{- with $off -}}
{{- fail (printf "migration.%s.enabled=true copies between two running stores: set %s, or migration.%s.enabled=false"
      $.pair (join " and " .) $.pair) -}}
{{- end -}}
from: {{ include "ferry.kebab" $from }}
to: {{ include "ferry.kebab" $to }}
{{- end -}}

{{/*
ferry.disabled is the value to set, <provider>.enabled=true, for a provider that this release
could run and does not, else empty: a provider without values of its own, such as external, is
not the chart's to switch on. Arguments: root, key (the provider in camel case).
*/}}
{{- define "ferry.disabled" -}}
{{- $root := .root -}}
{{- range $key := list .key (include "ferry.kebab" .key) | uniq -}}
{{- $values := index $root.Values $key -}}
{{- if and (kindIs "map" $values) (not (hasKey $root.Subcharts $key)) -}}
{{- if not (include "ferry.bool" (dict "value" $values.enabled "name" (printf "%s.enabled" $key))) -}}
{{- printf "%s.enabled=true" $key -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* ferry.kebab turns cephRgw into ceph-rgw. */}}
{{- define "ferry.kebab" -}}
{{- regexReplaceAll "([A-Z])" . "-${1}" | lower -}}
{{- end -}}
