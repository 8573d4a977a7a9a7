import { GrammyError } from 'grammy';
import type { Update } from 'grammy/types';
import { sleep, type Clock, type Random } from '../base/clock.ts';
import { describeError, WayleaveError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Telegram } from './telegram.ts';

export interface PollingOptions {
  readonly telegram: Pick<Telegram, 'poll'>;
  /** @throws whatever makes it necessary that the update comes again */
  readonly handle: (update: Update) => Promise<void>;
  /** Whether another program polls the same bot. */
  readonly onConflict: (isPolledElsewhere: boolean) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

const batch = 20;
const firstDelayMs = 500;
const longestDelayMs = 30_000;

/**
 * Takes updates until the signal aborts. An update is confirmed only after it and all before it were dealt with, so a killed
 * process loses none; those that were in hand come again. Never rejects.
 */
export async function pollUpdates(options: PollingOptions, signal: AbortSignal): Promise<void> {
  const { telegram, onConflict, clock, random, log } = options;
  let offset = 0;
  let failures = 0;
  const tried = new Tried();
  while (!signal.aborted) {
    try {
      const updates = await telegram.poll({ offset, limit: batch }, signal);
      onConflict(false);
      tried.forgetBefore(offset);
      offset = await handleBatch({ ...options, tried }, updates, offset, signal);
      failures = 0;
    } catch (thrown) {
      if (signal.aborted) break;
      const isConflict = thrown instanceof GrammyError && thrown.error_code === 409;
      onConflict(isConflict);
      // What was dealt with before the one that failed is confirmed with the next poll.
      if (thrown instanceof Unhandled) offset = thrown.updateId;
      const delayMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10)) * (0.75 + random() / 4);
      failures += 1;
      log.warn({ err: describeError(thrown), delayMs }, 'updates are not taken, will try again');
      await sleep(clock, delayMs, signal);
    }
  }
  if (offset > 0) await confirm(options, offset);
}

/**
 * Each person's updates one after the other, and people beside each other: a slow answer to one keeps nobody else waiting.
 *
 * @returns the offset that confirms what was dealt with @throws Unhandled
 */
async function handleBatch(
  { handle, tried, log }: PollingOptions & { readonly tried: Tried },
  updates: readonly Update[],
  before: number,
  signal: AbortSignal,
): Promise<number> {
  // Telegram waits ten seconds for these: they do not queue behind the others.
  const isQuestion = ({ pre_checkout_query: query }: Update): boolean => query !== undefined;
  const fresh = updates.filter(({ update_id: id }) => !tried.isDone(id));
  const take = async (update: Update): Promise<void> => {
    await tried.once(update, handle, log);
  };
  await Promise.all(fresh.filter(isQuestion).map(take));
  const lanes = Map.groupBy(
    fresh.filter((update) => !isQuestion(update)),
    senderOf,
  );
  const left = await Promise.all(Array.from(lanes.values(), (lane) => handleLane(take, lane, signal)));
  const first = left.filter((one) => one !== undefined).toSorted((a, b) => a.updateId - b.updateId)[0];
  if (first?.cause !== undefined) throw first;
  return first?.updateId ?? (updates.at(-1)?.update_id ?? before - 1) + 1;
}

/** @returns where it stopped before its end: at one that failed, or was not begun */
async function handleLane(
  handle: PollingOptions['handle'],
  lane: readonly Update[],
  signal: AbortSignal,
): Promise<Unhandled | undefined> {
  for (const update of lane) {
    if (signal.aborted) return new Unhandled(update.update_id, undefined);
    try {
      await handle(update);
    } catch (cause) {
      return new Unhandled(update.update_id, cause);
    }
  }
  return undefined;
}

/** Updates of nobody in particular keep their order among themselves. */
function senderOf({ message, callback_query: query, my_chat_member: member, subscription }: Update): number {
  return (message?.from ?? query?.from ?? member?.from ?? subscription?.user)?.id ?? 0;
}

/** An error that does not say that another time may help is believed after so many tries. */
const mostTries = 8;

/**
 * What became of updates that are not confirmed yet. One that failed keeps those after it unconfirmed: they come again with
 * it, and must not be dealt with again.
 */
class Tried {
  readonly #done = new Set<number>();
  readonly #failures = new Map<number, number>();

  isDone(updateId: number): boolean {
    return this.#done.has(updateId);
  }

  forgetBefore(offset: number): void {
    for (const known of [this.#done, this.#failures]) {
      for (const id of known.keys()) if (id < offset) known.delete(id);
    }
  }

  /** @throws what `handle` threw, but for an update that will never be dealt with: it must not stop the shop for ever */
  async once(update: Update, handle: PollingOptions['handle'], log: Log): Promise<void> {
    const { update_id: id } = update;
    try {
      await handle(update);
    } catch (thrown) {
      const failures = (this.#failures.get(id) ?? 0) + 1;
      this.#failures.set(id, failures);
      const mayHelp = thrown instanceof WayleaveError && thrown.retry === 'later';
      if (mayHelp || failures < mostTries) throw thrown;
      const err = describeError(thrown);
      log.error({ err, updateId: id, failures }, "an update about money is given up: the provider's books have it too");
    }
    this.#done.add(id);
  }
}

class Unhandled extends Error {
  readonly updateId: number;

  constructor(updateId: number, cause: unknown) {
    super('an update was not dealt with', { cause });
    this.updateId = updateId;
  }
}

/** Whoever polls next would get what was dealt with again. */
async function confirm({ telegram, log }: PollingOptions, offset: number): Promise<void> {
  try {
    await telegram.poll({ offset, limit: 1, seconds: 0 }, AbortSignal.timeout(3000));
  } catch (thrown) {
    log.warn({ err: describeError(thrown) }, 'the last updates are not confirmed and will come again');
  }
}
