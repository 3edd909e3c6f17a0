{{- define "named.metadata" }}
  name: {{ .name }}
  namespace: {{ .namespace | default "shop" }}
{{- end }}
{{- define "named.destination" }}
destination:
  host: {{ .host }}
  port:
    number: {{ .port }}
{{- end }}
