import type { KubeClient, KubeObject } from '../../../src/kube/index.ts';
import { TroubleWatch, type PodView } from './pod-trouble.ts';
import { deployments, pods, statefulSets } from './resources.ts';
import { until, type Look, type Waiting } from './until.ts';

interface Workload extends KubeObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly replicas?: number;
  };
}

/** The release's own, in the labels that the chart gives. */
const ofRelease = 'app.kubernetes.io/instance=wayleave';
/** The first time the nodes pull images. */
const limitMs = 600_000;

/**
 * Waits until every workload of the release runs its newest pods and no others, and all of them are ready.
 *
 * @returns what there is, for the person
 * @throws Error with what keeps a pod from coming up, as soon as waiting for it is in vain
 */
export async function waitForRollout(client: KubeClient, namespace: string, waiting: Waiting): Promise<string> {
  const watch = new TroubleWatch();
  return until('the rollout', { ...waiting, limitMs }, async (): Promise<Look<string>> => {
    const selected = { namespace, labelSelector: ofRelease };
    const workloads = (
      await Promise.all([deployments, statefulSets].map((kind) => client.list<Workload>(kind, selected)))
    ).flatMap(({ items }) => items);
    const { items } = await client.list<PodView>(pods, selected);
    const troubles = watch.look(items, performance.now());
    const says = workloads.map((workload) => `${workload.metadata.name} ${readyOf(workload)}`).join(', ');
    if (workloads.length > 0 && workloads.every(isRolledOut)) return { found: says };
    return { waiting: [says, ...troubles].join('; ') };
  });
}

function readyOf({ spec, status }: Workload): string {
  return `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1}`;
}

function isRolledOut({ metadata, spec, status = {} }: Workload): boolean {
  const { replicas = 1 } = spec;
  const isSeen = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  const counts = [status.updatedReplicas, status.readyReplicas, status.replicas];
  return isSeen && counts.every((count = 0) => count === replicas);
}

/** Waits until a pod is ready. @throws Error as {@link waitForRollout} */
export async function waitForPod(
  client: KubeClient,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  waiting: Waiting,
): Promise<void> {
  const watch = new TroubleWatch();
  await until(`pod ${name}`, waiting, async (): Promise<Look<true>> => {
    const pod = await client.get<PodView>(pods, namespace, name);
    const { phase = 'Pending', conditions = [] } = pod.status ?? {};
    if (phase === 'Failed') throw new Error(`pod ${name} ended: kubectl -n ${namespace} logs ${name}`);
    if (conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) return { found: true };
    return { waiting: [phase, ...watch.look([pod], performance.now())].join('; ') };
  });
}
