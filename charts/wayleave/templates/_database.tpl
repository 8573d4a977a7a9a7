{{/*
How one part reaches Postgres. Call with (dict "root" $ "part" "operator"); parts are migrate, operator, bot and
subscriptions. Where there is no URL with a login in it, the login comes in PGUSER and PGPASSWORD, which no special
character can break.
*/}}
{{- define "wayleave.databaseEnv" -}}
{{- $database := .root.Values.database -}}
{{- if $database.existingSecret.name -}}
- name: DATABASE_URL
  valueFrom:
    secretKeyRef:
      name: {{ $database.existingSecret.name }}
      key: {{ index $database.existingSecret.keys .part }}
{{- with index $database.existingSecret.keys (printf "%sDirect" .part) }}
- name: DATABASE_DIRECT_URL
  valueFrom:
    secretKeyRef:
      name: {{ $database.existingSecret.name }}
      key: {{ . }}
{{- end }}
{{- else if $database.cloudNativePG.cluster -}}
{{- $cluster := $database.cloudNativePG.cluster -}}
{{- $login := get $database.cloudNativePG.logins .part | default (printf "%s-app" $cluster) -}}
- name: PGUSER
  valueFrom:
    secretKeyRef:
      name: {{ $login }}
      key: username
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ $login }}
      key: password
- name: DATABASE_URL
  value: postgres://{{ $cluster }}-rw:5432/{{ $database.cloudNativePG.database }}?sslmode=verify-full&sslrootcert=/etc/wayleave/postgres/ca.crt
{{- else -}}
- name: PGUSER
  value: wayleave_{{ .part }}_login
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ include "wayleave.fullname" .root }}-postgres
      key: {{ .part }}-password
- name: DATABASE_URL
  value: postgres://{{ include "wayleave.fullname" .root }}-postgres:5432/wayleave
{{- end }}
{{- if ne .part "migrate" }}
- name: WAYLEAVE_DATABASE_CONNECTIONS
  value: {{ $database.connections | quote }}
{{- end }}
{{- end -}}

{{- define "wayleave.databaseMounts" -}}
{{- if .Values.database.cloudNativePG.cluster -}}
- name: postgres-ca
  mountPath: /etc/wayleave/postgres
  readOnly: true
{{- end -}}
{{- end -}}

{{- define "wayleave.databaseVolumes" -}}
{{- with .Values.database.cloudNativePG.cluster -}}
- name: postgres-ca
  secret:
    secretName: {{ . }}-ca
    items:
      - key: ca.crt
        path: ca.crt
{{- end -}}
{{- end -}}
