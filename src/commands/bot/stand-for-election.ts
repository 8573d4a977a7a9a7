import { sleep, type Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { LeaderElector } from '../../kube/index.ts';

const retryMs = 2_000;

/** Stands again and again until the signal aborts: an API server that fails for a while must not end the process. */
export async function standForElection(
  elector: LeaderElector,
  lead: (leadership: AbortSignal) => Promise<void>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    try {
      await elector.run(signal, lead);
    } catch (thrown) {
      log.error({ err: thrown }, 'could not stand for election; trying again');
      await sleep(clock, retryMs, signal);
    }
  }
}
