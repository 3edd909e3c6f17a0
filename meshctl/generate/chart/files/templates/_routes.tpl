{{/* A destination with its port, and the subset where there is one. */}}
{{- define "service.destination" -}}
{{- $destination := dict "host" .values.name "port" (dict "number" (int .port)) -}}
{{- with .subset -}}{{- $_ := set $destination "subset" . -}}{{- end -}}
{{- dict "destination" $destination | toYaml -}}
{{- end -}}

{{/* Both versions with their shares; without a weight the pods of today get all. */}}
{{- define "service.weighted" -}}
{{- $values := .values -}}
{{- $port := .port -}}
{{- $found := list -}}
{{- if $values.canary -}}
{{- $weight := $values.canary.weight | default 0 | int -}}
{{- range list (dict "subset" "stable" "share" (sub 100 $weight)) (dict "subset" "canary" "share" $weight) -}}
{{- if .share -}}
{{- $one := include "service.destination" (dict "values" $values "port" $port "subset" .subset) | fromYaml -}}
{{- if and $weight (ne $weight 100) -}}{{- $_ := set $one "weight" .share -}}{{- end -}}
{{- $found = append $found $one -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- $found = list (include "service.destination" (dict "values" $values "port" $port) | fromYaml) -}}
{{- end -}}
{{- $found | toYaml -}}
{{- end -}}

{{/* One route: its matches, destinations, timeout and retries. */}}
{{- define "service.route" -}}
{{- $route := dict "route" .destinations -}}
{{- with .matches -}}{{- $_ := set $route "match" . -}}{{- end -}}
{{- with .values.timeout -}}{{- $_ := set $route "timeout" . -}}{{- end -}}
{{- with .values.retries -}}{{- $_ := set $route "retries" . -}}{{- end -}}
{{- $route | toYaml -}}
{{- end -}}

{{/* The routes of one port of HTTP, for requests that fit one of the matches, or for all. */}}
{{- define "service.http" -}}
{{- $values := .values -}}
{{- $canary := $values.canary | default dict -}}
{{- $asked := dict -}}
{{- with $canary.header -}}{{- $asked = dict .name (dict "exact" .value) -}}{{- end -}}
{{- with $canary.cookie -}}{{- $asked = dict "cookie" (dict "regex" (printf "(.*; ?)?%s=%s(;.*)?" .name .value)) -}}{{- end -}}
{{- $routes := list -}}
{{- if $asked -}}
{{- $found := list -}}
{{- range .matches | default (list dict) -}}{{- $found = append $found (merge (dict "headers" $asked) .) -}}{{- end -}}
{{- $destinations := list (include "service.destination" (dict "values" $values "port" .port "subset" "canary") | fromYaml) -}}
{{- $routes = append $routes (include "service.route" (dict "values" $values "matches" $found "destinations" $destinations) | fromYaml) -}}
{{- $destinations = list (include "service.destination" (dict "values" $values "port" .port "subset" "stable") | fromYaml) -}}
{{- $routes = append $routes (include "service.route" (dict "values" $values "matches" .matches "destinations" $destinations) | fromYaml) -}}
{{- else -}}
{{- $destinations := include "service.weighted" (dict "values" $values "port" .port) | fromYamlArray -}}
{{- $routes = append $routes (include "service.route" (dict "values" $values "matches" .matches "destinations" $destinations) | fromYaml) -}}
{{- end -}}
{{- $routes | toYaml -}}
{{- end -}}
