{{/* What pods of all parts are alike in. Call with (dict "root" $ "part" "operator"). */}}
{{- define "wayleave.podMetadata" -}}
{{- $pods := mergeOverwrite (deepCopy .root.Values.pods) (index .root.Values .part).pods -}}
labels:
  {{- with $pods.labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- include "wayleave.selectorLabels" . | nindent 2 }}
  # By which `wayleave doctor` and `wayleave status` find us.
  app.kubernetes.io/part-of: wayleave
annotations:
  kubectl.kubernetes.io/default-container: {{ .part }}
  {{- with $pods.annotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- define "wayleave.podSpec" -}}
{{- $pods := mergeOverwrite (deepCopy .root.Values.pods) (index .root.Values .part).pods -}}
serviceAccountName: {{ include "wayleave.serviceAccountName" . }}
automountServiceAccountToken: {{ ne .part "subscriptions" }}
enableServiceLinks: false
# Longer than what the product takes: 5 s until nobody sends requests any more, then at most 25 s to finish them.
terminationGracePeriodSeconds: 40
{{ include "wayleave.podSecurity" . }}
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with $pods.priorityClassName | default (ternary (include "wayleave.priorityClassName" .root) "" .root.Values.priorityClass.create) }}
priorityClassName: {{ . }}
{{- end }}
{{- with $pods.runtimeClassName }}
runtimeClassName: {{ . }}
{{- end }}
{{- with $pods.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pods.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pods.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $pods.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if $pods.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- toYaml $pods.topologySpreadConstraints | nindent 2 }}
{{- else if .root.Values.topologySpread }}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "wayleave.selectorLabels" $ | nindent 8 }}
    matchLabelKeys:
      - pod-template-hash
  {{- end }}
{{- end }}
{{- end -}}

{{/* What Pod Security's level "restricted" wants, and a root file system that cannot be written. */}}
{{- define "wayleave.podSecurity" -}}
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{- define "wayleave.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop:
      - ALL
{{- end -}}

{{- define "wayleave.container" -}}
name: {{ .part }}
image: {{ include "wayleave.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args:
  - {{ .part }}
{{ include "wayleave.containerSecurity" . }}
{{- with (index .root.Values .part).resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
# Node and its dependencies take their time on a busy node. Nothing that is down elsewhere makes a process unhealthy.
startupProbe:
  httpGet:
    path: /healthz
    port: health
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet:
    path: /healthz
    port: health
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet:
    path: /readyz
    port: health
  periodSeconds: 2
  timeoutSeconds: 5
  failureThreshold: 3
{{- end -}}

{{- define "wayleave.commonEnv" -}}
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
{{ include "wayleave.databaseEnv" . }}
- name: WAYLEAVE_PUBLIC_URL
  value: {{ .root.Values.publicUrl | quote }}
- name: WAYLEAVE_LOG_LEVEL
  value: {{ .root.Values.log.level }}
- name: WAYLEAVE_LOG_FORMAT
  value: {{ .root.Values.log.format }}
{{- end -}}

{{/* Of the parts that speak to the Kubernetes API. */}}
{{- define "wayleave.clusterEnv" -}}
- name: WAYLEAVE_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
{{- with .root.Values.watchNamespace }}
- name: WAYLEAVE_WATCH_NAMESPACE
  value: {{ . | quote }}
{{- end }}
{{- with .root.Values.leaderElection }}
- name: WAYLEAVE_LEASE_DURATION
  value: {{ .leaseDuration }}
- name: WAYLEAVE_RENEW_DEADLINE
  value: {{ .renewDeadline }}
- name: WAYLEAVE_RETRY_PERIOD
  value: {{ .retryPeriod }}
{{- end }}
{{- end -}}
