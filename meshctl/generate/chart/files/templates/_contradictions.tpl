{{/* Refuses what excludes each other, each value alone being right. */}}
{{- define "service.refuseContradictions" -}}
{{- $values := .Values -}}
{{- $facts := include "service.facts" . | fromYaml -}}
{{- $numbers := list -}}
{{- $spoken := dict -}}
{{- range $values.ports -}}
{{- if has (int .port) $numbers -}}{{- fail (printf "ports: port %d is in the list twice" (int .port)) -}}{{- end -}}
{{- $numbers = append $numbers (int .port) -}}
{{- $target := .targetPort | default .port | int -}}
{{- $first := get $spoken (toString $target) | default .protocol -}}
{{- if ne $first .protocol -}}{{- fail (printf "ports: %s leads to container port %d, as %s does" .protocol $target $first) -}}{{- end -}}
{{- $_ := set $spoken (toString $target) $first -}}
{{- if and $facts.server (has $target (list 15000 15001 15004 15006 15008 15020 15021 15053 15090)) -}}{{- fail (printf "ports: %d is the sidecar's own" $target) -}}{{- end -}}
{{- if has .protocol (list "http" "http2" "grpc" "grpc-web") -}}
{{- $number := int .port -}}
{{- $databases := list 1433 3306 5432 5672 6379 9042 27017 -}}
{{- if or (and (eq $number 443) (has $target (list 443 8443))) (and (has $number $databases) (or (eq $number $target) (has $target $databases))) -}}
{{- fail (printf "ports: %s isn't what port %d speaks" .protocol $number) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if not $facts.server -}}
{{- range list "mtls" "allowedCallers" -}}
{{- if hasKey $values . -}}{{- fail (printf "%s: pods without a sidecar (inMesh.server: false) can't enforce it" .) -}}{{- end -}}
{{- end -}}
{{- else -}}
{{- if and (eq $facts.mtls "STRICT") (ne $facts.clients "all") -}}{{- fail "mtls: STRICT shuts out clients without a sidecar (inMesh.clients); take PERMISSIVE" -}}{{- end -}}
{{- if $values.allowedCallers -}}
{{- if ne $facts.clients "all" -}}{{- fail "allowedCallers: clients without a sidecar (inMesh.clients) have no identity" -}}{{- end -}}
{{- if eq $facts.mtls "DISABLE" -}}{{- fail "allowedCallers: mtls: DISABLE leaves callers without an identity" -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- range list "timeout" "retries" "canary" "outlierDetection" -}}
{{- if and (hasKey $values .) (not $facts.routed) -}}{{- fail (printf "%s: no proxy carries it out: no client has a sidecar (inMesh.clients)" .) -}}{{- end -}}
{{- end -}}
{{- if not $facts.http -}}
{{- range list "timeout" "retries" "gateway" -}}
{{- if hasKey $values . -}}{{- fail (printf "%s: it needs a port of http, http2, grpc, grpc-web" .) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- with $values.gateway -}}
{{- if and .port (not (has (int .port | toString) $facts.http)) -}}{{- fail (printf "gateway.port: %d is no port of HTTP here" (int .port)) -}}{{- end -}}
{{- if and $values.allowedCallers (not .serviceAccount) -}}{{- fail "gateway: with allowedCallers the gateway would be shut out; write its serviceAccount" -}}{{- end -}}
{{- if and .serviceAccountNamespace (not .serviceAccount) -}}{{- fail "gateway.serviceAccountNamespace: it says nothing without serviceAccount" -}}{{- end -}}
{{- $paths := .paths | default list -}}
{{- range $path := $paths -}}
{{- range $wider := $paths -}}
{{- if hasPrefix (printf "%s/" $wider) $path -}}{{- fail (printf "gateway.paths: %s is below %s; delete it" $path $wider) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- if ne (len $paths) (len (uniq $paths)) -}}{{- fail "gateway.paths: one is in the list twice" -}}{{- end -}}
{{- end -}}
{{- with $values.canary -}}
{{- if eq .stable .version -}}{{- fail "canary.version: it is stable, too" -}}{{- end -}}
{{- range $values.ports -}}
{{- if has .protocol (list "tls" "https") -}}{{- fail (printf "ports: %s can't be split between two versions, as canary asks" .protocol) -}}{{- end -}}
{{- end -}}
{{- if and (not (hasKey . "weight")) (not $facts.http) -}}{{- fail "canary: header and cookie need a port of http, http2, grpc, grpc-web" -}}{{- end -}}
{{- end -}}
{{- with $values.allowedCallers -}}
{{- if ne (len .) (len (uniq .)) -}}{{- fail "allowedCallers: one is in the list twice" -}}{{- end -}}
{{- end -}}
{{- with $values.retries -}}
{{- $tries := add 1 (int .attempts) -}}
{{- with .perTryTimeout -}}
{{- if eq $tries 1 -}}{{- fail "retries.perTryTimeout: with attempts: 0 nothing is tried again" -}}{{- end -}}
{{- if $values.timeout -}}
{{- if gt (mul $tries (include "service.milliseconds" . | int64)) (include "service.milliseconds" $values.timeout | int64) -}}
{{- fail (printf "retries.perTryTimeout: %d tries of %s don't fit into the timeout of %s" $tries . $values.timeout) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
