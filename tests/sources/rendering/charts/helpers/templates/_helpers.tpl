{{- define "helpers.labels" -}}
app: {{ .Values.name }}
tier: "-front"
{{- end }}

{{- define "helpers.mtls" -}}
mtls:
  mode: {{ .Values.mtls.mode }}
{{- end }}
