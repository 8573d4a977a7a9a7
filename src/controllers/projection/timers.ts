import { sleep, type Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { dueTimers, refoldDue, retireDue } from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import type { ProjectionMetrics } from './metrics.ts';

export interface EntitlementTimersOptions {
  readonly store: Store;
  readonly metrics: ProjectionMetrics;
  readonly clock: Clock;
  readonly log: Log;
}

const pollMs = 1_000;
const batchSize = 100;
/** One that cannot be handled must not be tried in a tight loop, and must not keep the others waiting. */
const failurePauseMs = 5_000;

/**
 * Notices what time alone changes: the next segment of a subscription takes over, or it expired so long ago that it leaves
 * the cluster. Replicas may do the same at a time; the row lock of the subscription decides who is first.
 */
export class EntitlementTimers {
  readonly #options: EntitlementTimersOptions;

  constructor(options: EntitlementTimersOptions) {
    this.#options = options;
  }

  /** Runs until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      let pauseMs = pollMs;
      try {
        const refolded = await this.#handle('refold', signal);
        const retired = await this.#handle('retire', signal);
        if (refolded.failures + retired.failures > 0) pauseMs = failurePauseMs;
        else if (Math.max(refolded.due, retired.due) >= batchSize) pauseMs = 0;
      } catch (err) {
        log.warn({ err }, 'what falls due cannot be read now, will try again');
        pauseMs = failurePauseMs;
      }
      await sleep(clock, pauseMs, signal);
    }
  }

  async #handle(purpose: 'refold' | 'retire', signal: AbortSignal): Promise<{ due: number; failures: number }> {
    const { store, metrics, log } = this.#options;
    const due = await dueTimers(store, purpose, batchSize);
    let failures = 0;
    for (const subscriptionId of due) {
      if (signal.aborted) break;
      try {
        const isDone = purpose === 'refold' || (await retireDue(store, subscriptionId));
        if (purpose === 'refold') await refoldDue(store, subscriptionId);
        if (isDone) metrics.timerHandled(purpose);
      } catch (err) {
        failures += 1;
        log.warn({ err, subscriptionId, purpose }, 'what time changes could not be recorded, will try again');
      }
    }
    return { due: due.length, failures };
  }
}
