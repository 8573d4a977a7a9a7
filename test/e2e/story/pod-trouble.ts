import type { KubeObject } from '../../../src/kube/index.ts';

/** What of a pod says how it fares. */
export interface PodView extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Readonly<{ type: string; status: string; reason?: string; message?: string }>[];
    readonly initContainerStatuses?: readonly ContainerView[];
    readonly containerStatuses?: readonly ContainerView[];
  };
}

interface ContainerView {
  readonly name: string;
  readonly image: string;
  readonly state?: { readonly waiting?: { readonly reason?: string; readonly message?: string } };
}

/** Why a pod does not come up, and how long that may be so before waiting is in vain. */
export interface Trouble {
  readonly sentence: string;
  readonly patienceMs: number;
}

const second = 1000;
/** A kubelet tries again by itself, so one refusal is not the last word; a second one usually is. */
const patienceByReason: Readonly<Record<string, number>> = {
  InvalidImageName: 0,
  ErrImageNeverPull: 0,
  ErrImagePull: 60 * second,
  ImagePullBackOff: 60 * second,
  CreateContainerConfigError: 60 * second,
  CreateContainerError: 60 * second,
  RunContainerError: 60 * second,
  // The migration of an operator that is up before its Postgres ends like this too, and then comes up.
  CrashLoopBackOff: 180 * second,
};

/** What keeps a pod from coming up, in a sentence that says what to do; undefined when nothing is known to. */
export function troubleOf(pod: PodView): Trouble | undefined {
  const { conditions = [], initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    const sentence = `no node takes pod ${pod.metadata.name}: ${scheduled.message ?? 'it does not say why'}`;
    // A cluster that grows by itself takes its time.
    return { sentence, patienceMs: 180 * second };
  }
  for (const container of [...initContainerStatuses, ...containerStatuses]) {
    const { reason = '', message = '' } = container.state?.waiting ?? {};
    const patienceMs = patienceByReason[reason];
    if (patienceMs !== undefined) return { sentence: sentenceOf(pod, container, reason, message), patienceMs };
  }
  return undefined;
}

function sentenceOf({ metadata }: PodView, { name, image }: ContainerView, reason: string, message: string): string {
  const where = `container ${name} of pod ${metadata.name}`;
  const said = message === '' ? reason : `${reason}, ${message}`;
  if (/image/i.test(reason)) {
    return `the nodes cannot pull ${image} (${said}): push it to where they can and name it with --image, or load it into them`;
  }
  if (reason === 'CrashLoopBackOff') {
    return `${where} ends again and again: kubectl -n ${metadata.namespace ?? 'default'} logs ${metadata.name} -c ${name} --previous`;
  }
  return `${where} cannot be started (${said})`;
}

/** Remembers since when each trouble lasts. */
export class TroubleWatch {
  readonly #since = new Map<string, number>();

  /**
   * @param nowMs of a clock that only grows
   * @returns what there is now
   * @throws Error for one that has lasted longer than is reasonable
   */
  look(pods: readonly PodView[], nowMs: number): readonly string[] {
    const troubles = pods.flatMap((pod) => {
      const trouble = troubleOf(pod);
      return trouble === undefined ? [] : [{ ...trouble, key: `${pod.metadata.namespace ?? ''}/${pod.metadata.name}` }];
    });
    const present = new Set(troubles.map(({ key }) => key));
    for (const key of this.#since.keys()) if (!present.has(key)) this.#since.delete(key);
    for (const { key, sentence, patienceMs } of troubles) {
      const since = this.#since.get(key) ?? nowMs;
      this.#since.set(key, since);
      if (nowMs - since >= patienceMs) throw new Error(sentence);
    }
    return troubles.map(({ sentence }) => sentence);
  }
}
