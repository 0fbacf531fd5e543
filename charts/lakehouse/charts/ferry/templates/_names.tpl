{{/*
ferry.version is the version of this chart: a template of a library sees the Chart of the
chart that includes it.
*/}}
{{- define "ferry.version" -}}0.1.0{{- end -}}

{{/* ferry.name is the prefix of the name of everything that Ferry adds. */}}
{{- define "ferry.name" -}}
{{- (.Values.ferry).name | default .Release.Name -}}
{{- end -}}

{{/*
ferry.alias is the name of the Service that consumers talk to, whichever provider is active:

  value: http://{{ include "ferry.alias" . }}:{{ include "ferry.aliasPort" . }}
*/}}
{{- define "ferry.alias" -}}
{{- ((.Values.objectStorage).alias).name | default (printf "%s-objectstorage" (include "ferry.name" .)) -}}
{{- end -}}

{{/* ferry.aliasPort is the port of the Service ferry.alias. */}}
{{- define "ferry.aliasPort" -}}
{{- ((.Values.objectStorage).alias).port | default 9000 -}}
{{- end -}}

{{/*
ferry.credentialsSecret is the name of the Secret that consumers read, with the keys
access-key and secret-key among others.
*/}}
{{- define "ferry.credentialsSecret" -}}
{{- $credentials := ((.Values.objectStorage).credentials) | default dict -}}
{{- $credentials.existingSecret | default $credentials.secretName | default (printf "%s-credentials" (include "ferry.alias" .)) -}}
{{- end -}}
