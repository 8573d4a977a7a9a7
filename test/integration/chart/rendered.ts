import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../src/kube/index.ts';
import type { Container } from '../../support/kubelet/objects.ts';
import { chartFolder, type Helm } from '../../support/helm.ts';

export const release = { name: 'wayleave', namespace: 'wayleave-system' } as const;

/** What the chart makes of values, as text. Nothing of a cluster is asked. */
export function renderText(helm: Helm, values: object, more: readonly string[] = []): Promise<string> {
  return helm.run(['template', release.name, chartFolder, '--namespace', release.namespace, ...more], values);
}

export interface Rendered extends KubeObject {
  readonly spec?: unknown;
}

export function objectsOf(text: string): readonly Rendered[] {
  return parseAllDocuments(text)
    .map((document) => {
      const [problem] = document.errors;
      if (problem !== undefined) throw problem;
      return document.toJS() as Rendered | null;
    })
    .filter((object) => object !== null);
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly serviceAccountName?: string;
    readonly automountServiceAccountToken?: boolean;
    readonly enableServiceLinks?: boolean;
    readonly terminationGracePeriodSeconds?: number;
    readonly initContainers?: readonly Container[];
    readonly containers: readonly Container[];
    readonly volumes?: readonly { readonly name: string }[];
  };
}

/** The pods of Deployments and StatefulSets, by the name of their part. */
export function podsOf(objects: readonly Rendered[]): ReadonlyMap<string, PodTemplate> {
  const workloads = objects.filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet');
  return new Map(
    workloads.map(({ metadata, spec }) => [
      metadata.labels?.['app.kubernetes.io/component'] ?? '',
      (spec as { template: PodTemplate }).template,
    ]),
  );
}

/** What is made at random, in a form that stays. */
export function withoutRandomness(text: string): string {
  return text
    .replaceAll(/^(\s+key: )[A-Za-z0-9+/=]{40,}$/gm, '$1<random>')
    .replaceAll(/(-password: )\S+/g, '$1<random>')
    .replaceAll(/(password ')[^']+'/g, "$1<random>'");
}
