{{- define "server" -}}
number: {{ .Values.port }}
name: http
protocol: HTTP
{{- end -}}
{{- define "other" -}}
number: 8443
name: other
protocol: HTTPSS
targetPort: 8443
{{- end -}}
