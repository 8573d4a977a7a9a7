import type { Random } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Queryable } from '../store/index.ts';
import { finishWork, postponeWork, retryDelayMs, type ClaimedWork, type OutboxTopic } from './outbox.ts';

export interface WorkHandling {
  readonly store: Queryable;
  readonly topic: OutboxTopic;
  /** Does it. @returns after how many milliseconds to look again; undefined: it is done */
  attempt(key: string): Promise<number | undefined>;
  /** How long a failure waits, where it says more than how often it failed. Absent: `usualMs`. */
  readonly pauseMs?: (thrown: unknown, usualMs: number) => number;
  readonly random: Random;
  readonly log: Log;
  /** What a failure means, for the log: "a refund could not be sent". */
  readonly what: string;
}

/** Handles claimed work and says in the outbox how it went. Never rejects: what cannot be said there ends with the claim. */
export async function handleWork(work: ClaimedWork, handling: WorkHandling): Promise<void> {
  const { store, topic, log, what } = handling;
  try {
    const afterMs = await handling.attempt(work.key);
    if (afterMs === undefined) await finishWork(store, topic, work);
    else await postponeWork(store, topic, work, { afterMs });
  } catch (thrown) {
    const error = describeError(thrown);
    const usualMs = retryDelayMs(work.attempts, handling.random);
    const afterMs = handling.pauseMs?.(thrown, usualMs) ?? usualMs;
    log.warn({ err: error, topic, key: work.key, attempts: work.attempts, afterMs }, `${what}, will try again`);
    await postponeFailed(work, handling, { afterMs, error });
  }
}

/** Records a failure in the outbox. Never rejects: where that fails too, the work is tried again when the claim ends. */
export async function postponeFailed(
  work: ClaimedWork,
  { store, topic, log }: Pick<WorkHandling, 'store' | 'topic' | 'log'>,
  { afterMs, error }: { readonly afterMs: number; readonly error: string },
): Promise<void> {
  try {
    await postponeWork(store, topic, work, { afterMs, error });
  } catch (thrown) {
    const fields = { err: describeError(thrown), topic, key: work.key };
    log.warn(fields, 'a failure could not be recorded: it is tried again when the claim ends');
  }
}
