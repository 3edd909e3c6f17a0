{{- define "mode" -}}
{{- .Values.mode -}}
{{- end -}}
{{- define "from" -}}
- from:
    - source:
        principals: [{{ .Values.principal }}]
        namespaces: [""]
{{- end -}}
