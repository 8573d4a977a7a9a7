import { type SubscriptionReason, vpnSubscriptions, type VPNSubscription } from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import type { KubeClient } from '../../kube/index.ts';
import { deriveLink } from '../derive-link.ts';
import { sampleNamespace, sampleSubscription } from './samples.ts';
import { waitFor } from './set-up-cluster.ts';

export interface SubscriptionWait {
  readonly client: KubeClient;
  readonly databaseUrl: string;
  /** Where the token key is. */
  readonly namespace: string;
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
}

const readyWithinMs = 90_000;
const servedWithinMs = 20_000;

/** A person of an earlier run, or time, made it so: waiting changes nothing, and everything else is worth seeing. */
const settled: ReadonlySet<string> = new Set<SubscriptionReason>([
  'Expired',
  'Limited',
  'Suspended',
  'AccessDenied',
  'Paused',
  'NoPanelSelected',
  'PlanNotFound',
]);

/**
 * Waits until the sample subscription is served, and ready unless somebody decided otherwise.
 *
 * @returns its address
 * @throws CommandError saying what is missing
 */
export async function waitForSubscription(wait: SubscriptionWait): Promise<{ result: string; say: string }> {
  const { client, clock, signal, progress } = wait;
  let latest = 'the operator has not looked at it';
  let isReady = false;
  try {
    await waitFor(`${sampleSubscription} is ready`, readyWithinMs, { clock, signal }, async () => {
      const found = await client.get<VPNSubscription>(vpnSubscriptions, sampleNamespace, sampleSubscription, {
        signal,
      });
      const ready = found.status?.conditions?.find(({ type }) => type === 'Ready');
      if (ready !== undefined) latest = `${ready.reason}: ${ready.message}`;
      isReady = ready?.status === 'True';
      if (!isReady) progress(`waiting for ${sampleSubscription} (${latest})`);
      return isReady || settled.has(ready?.reason ?? '');
    });
  } catch (error) {
    progress(`${sampleSubscription} is not ready (${latest})`);
    throw error;
  }
  const url = await deriveLink({
    client,
    databaseUrl: wait.databaseUrl,
    tokenKeyNamespace: wait.namespace,
    publicUrl: wait.publicUrl,
    subscription: { namespace: sampleNamespace, name: sampleSubscription },
    log: silentLog,
  });
  await waitFor('the subscription service answers', servedWithinMs, { clock, signal }, async () => {
    try {
      return (await fetch(url, { signal })).ok;
    } catch (error) {
      // It is starting: nobody listens yet. Anything else fails the same way until the deadline says so.
      if (error instanceof TypeError) return false;
      throw error;
    }
  });
  return {
    result: url,
    say: isReady ? `${sampleSubscription} is ready` : `${sampleSubscription} is not ready: ${latest}`,
  };
}
