import { isKubeError, type KubeClient, type KubeObject, type Resource } from '../kube/index.ts';

/** A pod of ours, as far as anybody here looks at it. */
export interface OwnPod extends KubeObject {
  readonly spec?: {
    readonly serviceAccountName?: string;
    readonly containers?: readonly {
      readonly name: string;
      readonly image?: string;
      readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
    }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly containerStatuses?: readonly { readonly ready?: boolean; readonly restartCount?: number }[];
  };
}

const pods: Resource = { group: '', version: 'v1', plural: 'pods', kind: 'Pod', namespaced: true };
/** As the chart labels them. */
const selector = 'app.kubernetes.io/part-of=wayleave';

/** `operator`, `bot`, `subscriptions`; empty for a pod that does not say. */
export function partOf({ metadata }: OwnPod): string {
  return metadata.labels?.['app.kubernetes.io/component'] ?? '';
}

/** @returns nothing where this account may not see pods */
export async function listOwnPods(
  client: KubeClient,
  namespace: string,
  signal?: AbortSignal,
): Promise<readonly OwnPod[] | undefined> {
  try {
    return (await client.list<OwnPod>(pods, { namespace, labelSelector: selector, signal })).items;
  } catch (thrown) {
    if (isKubeError(thrown, 'KUBE_FORBIDDEN')) return undefined;
    throw thrown;
  }
}
