{{/* What a schema cannot say, in sentences that tell what to do. */}}
{{- define "wayleave.checks" -}}
{{- if not .Values.publicUrl -}}
{{- fail "\n\npublicUrl is required: the address at which customers reach the subscription service, for example https://sub.example.com. Every customer's link begins with it.\n" -}}
{{- end -}}
{{- $databases := list -}}
{{- with .Values.database -}}
{{- if .existingSecret.name }}{{ $databases = append $databases "database.existingSecret.name" }}{{ end -}}
{{- if .cloudNativePG.cluster }}{{ $databases = append $databases "database.cloudNativePG.cluster" }}{{ end -}}
{{- if .embedded.enabled }}{{ $databases = append $databases "database.embedded.enabled" }}{{ end -}}
{{- end -}}
{{- if not $databases -}}
{{- fail "\n\nA Postgres is required. Choose one:\n  database.existingSecret.name     a Secret with URLs of a Postgres that you have\n  database.cloudNativePG.cluster   a cluster of CloudNativePG in this namespace\n  database.embedded.enabled=true   one pod without backup, for evaluation only\n" -}}
{{- end -}}
{{- if gt (len $databases) 1 -}}
{{- fail (printf "\n\n%s exclude each other: there is one database.\n" (join " and " $databases)) -}}
{{- end -}}
{{- with .Values.subscriptions.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "\n\nsubscriptions.autoscaling.minReplicas (%d) is above maxReplicas (%d).\n" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- end -}}
{{- with .Values.subscriptions -}}
{{- $asked := merge (dict) (.resources.requests | default dict) (.resources.limits | default dict) -}}
{{- if and .autoscaling.enabled (not $asked.cpu) -}}
{{- fail "\n\nsubscriptions.resources.requests.cpu is required where subscriptions.autoscaling is on: targetCPU is in per cent of it.\n" -}}
{{- end -}}
{{- end -}}
{{- range $route := list .Values.subscriptions.ingress .Values.subscriptions.httpRoute -}}
{{- if and $route.enabled (regexMatch "^([0-9.]+|.*:.*)$" (include "wayleave.publicHost" $)) -}}
{{- fail (printf "\n\npublicUrl (%s) must have a name, no number, for an Ingress or HTTPRoute.\n" $.Values.publicUrl) -}}
{{- end -}}
{{- end -}}
{{- with .Values.networkPolicy -}}
{{- if and .enabled .botExcept (not .apiServerPeers) -}}
{{- range .apiServerPorts -}}
{{- if has . $.Values.networkPolicy.botPorts -}}
{{- fail (printf "\n\nnetworkPolicy.apiServerPeers is required beside networkPolicy.botExcept: without it the bot reaches every address at port %v, where the Kubernetes API may be.\n" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $webhooks := .Values.bot.webhooks -}}
{{- if and (or $webhooks.ingress.enabled $webhooks.httpRoute.enabled) (not $webhooks.host) -}}
{{- fail "\n\nbot.webhooks.host is required for an Ingress or HTTPRoute of webhooks: the host name of the shops' spec.bot.webhookUrl.\n" -}}
{{- end -}}
{{- range $path, $route := dict "bot.webhooks.httpRoute" $webhooks.httpRoute "subscriptions.httpRoute" .Values.subscriptions.httpRoute -}}
{{- if and $route.enabled (not $route.parentRefs) -}}
{{- fail (printf "\n\n%s.parentRefs is required: the Gateway that the route attaches to.\n" $path) -}}
{{- end -}}
{{- end -}}
{{- with .Values.externalSecrets -}}
{{- if and (or .database .tokenKey) (not .store.name) -}}
{{- fail "\n\nexternalSecrets.store.name is required: the SecretStore or ClusterSecretStore to take Secrets from.\n" -}}
{{- end -}}
{{- if and .database (not $.Values.database.existingSecret.name) -}}
{{- fail "\n\ndatabase.existingSecret.name is required: the name of the Secret that externalSecrets.database is to become.\n" -}}
{{- end -}}
{{- if and .tokenKey $.Values.tokenKey.generate -}}
{{- fail "\n\ntokenKey.generate must be false where externalSecrets.tokenKey brings the token key: the operator would make another one before the first arrives.\n" -}}
{{- end -}}
{{- end -}}
{{- end -}}
