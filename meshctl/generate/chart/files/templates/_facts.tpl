{{/* What holds where nothing is written, as YAML. */}}
{{- define "service.facts" -}}
{{- $values := .Values -}}
{{- $inMesh := $values.inMesh | default dict -}}
{{- $clients := $inMesh.clients | default "all" -}}
{{- $http := list -}}
{{- range $values.ports -}}
{{- if has .protocol (list "http" "http2" "grpc" "grpc-web") -}}{{- $http = append $http (int .port | toString) -}}{{- end -}}
{{- end -}}
namespace: {{ $values.namespace | default .Release.Namespace | quote }}
server: {{ if hasKey $inMesh "server" }}{{ $inMesh.server }}{{ else }}true{{ end }}
clients: {{ $clients }}
mtls: {{ $values.mtls | default (ternary "STRICT" "PERMISSIVE" (eq $clients "all")) }}
routed: {{ or (ne $clients "none") (not (empty $values.gateway)) }}
selector: {{ $values.selector | default (dict "app" $values.name) | toJson }}
http: {{ $http | toJson }}
{{- end -}}

{{/* The number of milliseconds in a duration such as 500ms, 5s, 1m. */}}
{{- define "service.milliseconds" -}}
{{- $unit := regexFind "[a-z]+$" . -}}
{{- $sizes := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- mul (trimSuffix $unit . | int64) (get $sizes $unit) -}}
{{- end -}}
