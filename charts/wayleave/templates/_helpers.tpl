{{/* Names. 40 characters leave room for what is appended. */}}
{{- define "wayleave.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "wayleave.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "wayleave.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "wayleave.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "wayleave.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "wayleave.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: wayleave
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* All pods of the release. */}}
{{- define "wayleave.instanceLabels" -}}
app.kubernetes.io/name: {{ include "wayleave.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* Pods of one part. Call with (dict "root" $ "part" "operator"). */}}
{{- define "wayleave.selectorLabels" -}}
{{ include "wayleave.instanceLabels" .root }}
app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "wayleave.metadata" -}}
name: {{ include "wayleave.fullname" .root }}-{{ .part }}
namespace: {{ .root.Release.Namespace }}
labels:
  {{- include "wayleave.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .part }}
{{- end -}}

{{- define "wayleave.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "wayleave.serviceAccountName" -}}
{{- (index .root.Values .part).serviceAccount.name | default (printf "%s-%s" (include "wayleave.fullname" .root) .part) -}}
{{- end -}}

{{- define "wayleave.snapshotSecretName" -}}
{{- .Values.subscriptions.snapshot.existingSecret | default (printf "%s-snapshot" (include "wayleave.fullname" .)) -}}
{{- end -}}

{{/* Of the cluster, which another release may be in. */}}
{{- define "wayleave.priorityClassName" -}}
{{ .Release.Namespace }}-{{ include "wayleave.fullname" . }}
{{- end -}}

{{/* How many replicas there are at least, for whatever makes no sense for one. */}}
{{- define "wayleave.fewestReplicas" -}}
{{- $values := index .root.Values .part -}}
{{- if and (hasKey $values "autoscaling") ($values.autoscaling | default dict).enabled -}}
{{ $values.autoscaling.minReplicas }}
{{- else -}}
{{ $values.replicas }}
{{- end -}}
{{- end -}}

{{/* Host name and path of publicUrl; a port there is the proxy's. */}}
{{- define "wayleave.publicHost" -}}
{{- (urlParse .Values.publicUrl).hostname | lower -}}
{{- end -}}

{{- define "wayleave.publicPath" -}}
{{- (urlParse .Values.publicUrl).path | default "/" -}}
{{- end -}}
