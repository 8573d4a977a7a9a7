import { stringify } from 'yaml';
import type { CustomResourceDefinition } from '../../src/api/schema/crd.ts';

/**
 * A custom resource definition as a template of the chart. Helm neither upgrades what is in a chart's `crds` folder nor
 * can leave it out, so they are templates like everything else.
 */
export function definitionTemplate({ apiVersion, kind, metadata, spec }: CustomResourceDefinition): string {
  const text = stringify({ spec }, { lineWidth: 0, aliasDuplicateObjects: false });
  // Nothing in a schema is meant for Helm.
  const literal = text.replaceAll('{{', '{{ "{{" }}');
  return `{{- if .Values.crds.enabled }}
apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: ${metadata.name}
  labels:
    {{- include "wayleave.labels" . | nindent 4 }}
  {{- if .Values.crds.keep }}
  annotations:
    helm.sh/resource-policy: keep
  {{- end }}
${literal}{{- end }}
`;
}
