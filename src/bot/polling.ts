import { GrammyError } from 'grammy/web';
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

/** As many as Telegram gives at once. */
const window = 100;
/** While an answer is slow: those who wrote after it are not to wait for it. */
const lookAgainMs = 250;
const firstDelayMs = 500;
const longestDelayMs = 30_000;

/**
 * Takes updates until the signal aborts. An update is confirmed only after it and all before it were dealt with, so a killed
 * process loses none; those that were in hand come again. Never rejects.
 */
export async function pollUpdates(options: PollingOptions, signal: AbortSignal): Promise<void> {
  const { telegram, onConflict, clock, random, log } = options;
  const inbox = new Inbox(options, signal);
  let failures = 0;
  while (!signal.aborted) {
    try {
      const { offset } = inbox;
      inbox.take(await telegram.poll({ offset, limit: window }, signal), offset);
      onConflict(false);
      failures = 0;
      await inbox.settledOrAfter(lookAgainMs);
    } catch (thrown) {
      if (signal.aborted) break;
      onConflict(thrown instanceof GrammyError && thrown.error_code === 409);
      const delayMs = delayAfter(failures, random);
      failures += 1;
      log.warn({ err: describeError(thrown), delayMs }, 'updates are not taken, will try again');
      await sleep(clock, delayMs, signal);
    }
  }
  await inbox.settled();
  if (inbox.offset > 0) await confirm(options, inbox.offset);
}

function delayAfter(failures: number, random: Random): number {
  return Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures, 10)) * (0.75 + random() / 4);
}

/** An error that does not say that another time may help is believed after so many tries. */
const mostTries = 8;

/**
 * Updates that Telegram keeps until they are confirmed. Each person's are dealt with one after the other, and people beside
 * each other: a slow answer to one keeps nobody else waiting. One that fails is tried again before those of the same person
 * that follow it.
 */
class Inbox {
  readonly #options: PollingOptions;
  readonly #signal: AbortSignal;
  /** Taken and not dealt with. */
  readonly #open = new Set<number>();
  /** Dealt with and not confirmed: they come again. */
  readonly #done = new Set<number>();
  readonly #lanes = new Map<number, Promise<void>>();
  readonly #questions = new Set<Promise<void>>();
  #next = 0;

  constructor(options: PollingOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** What confirms all that comes before the first that is not dealt with. */
  get offset(): number {
    return this.#open.size === 0 ? this.#next : Math.min(...this.#open);
  }

  /** @param confirmed the offset that was asked with: what was dealt with meanwhile may be among the updates */
  take(updates: readonly Update[], confirmed: number): void {
    for (const id of this.#done) if (id < confirmed) this.#done.delete(id);
    const fresh = updates.filter(({ update_id: id }) => !this.#open.has(id) && !this.#done.has(id));
    for (const { update_id: id } of fresh) this.#open.add(id);
    const last = updates.at(-1);
    if (last !== undefined) this.#next = last.update_id + 1;
    // Telegram waits ten seconds for these: they do not queue behind the others.
    const isQuestion = ({ pre_checkout_query: query }: Update): boolean => query !== undefined;
    for (const question of fresh.filter(isQuestion)) this.#ask(question);
    for (const update of fresh.filter((one) => !isQuestion(one))) this.#queue(update);
  }

  /** Ends when nothing is in hand. */
  async settled(): Promise<void> {
    await Promise.all([...this.#questions, ...this.#lanes.values()]);
  }

  async settledOrAfter(ms: number): Promise<void> {
    const settled = new AbortController();
    const signal = AbortSignal.any([this.#signal, settled.signal]);
    await Promise.race([this.settled(), sleep(this.#options.clock, ms, signal)]);
    settled.abort();
  }

  #ask(question: Update): void {
    const answering = this.#deal(question).finally(() => this.#questions.delete(answering));
    this.#questions.add(answering);
  }

  #queue(update: Update): void {
    const sender = senderOf(update);
    const before = this.#lanes.get(sender) ?? Promise.resolve();
    const lane = before
      .then(() => this.#deal(update))
      .finally(() => {
        if (this.#lanes.get(sender) === lane) this.#lanes.delete(sender);
      });
    this.#lanes.set(sender, lane);
  }

  /** Until it is dealt with, or given up, or the signal aborts: then it stays open, for whoever polls next. */
  async #deal(update: Update): Promise<void> {
    const { handle, clock, random, log } = this.#options;
    const { update_id: id } = update;
    for (let failures = 1; !this.#signal.aborted; failures += 1) {
      try {
        await handle(update);
        this.#close(id);
        return;
      } catch (thrown) {
        const err = describeError(thrown);
        const mayHelp = thrown instanceof WayleaveError && thrown.retry === 'later';
        if (!mayHelp && failures >= mostTries) {
          // It must not stop the shop for ever.
          log.error(
            { err, updateId: id, failures },
            "an update about money is given up: the provider's books have it too",
          );
          this.#close(id);
          return;
        }
        const delayMs = delayAfter(failures - 1, random);
        log.warn({ err, updateId: id, delayMs }, 'an update is not dealt with, will try again');
        await sleep(clock, delayMs, this.#signal);
      }
    }
  }

  #close(id: number): void {
    this.#open.delete(id);
    this.#done.add(id);
  }
}

/** Updates of nobody in particular keep their order among themselves. */
function senderOf({ message, callback_query: query, my_chat_member: member, subscription }: Update): number {
  return (message?.from ?? query?.from ?? member?.from ?? subscription?.user)?.id ?? 0;
}

/** Whoever polls next would get what was dealt with again. */
async function confirm({ telegram, log }: PollingOptions, offset: number): Promise<void> {
  try {
    await telegram.poll({ offset, limit: 1, seconds: 0 }, AbortSignal.timeout(3000));
  } catch (thrown) {
    log.warn({ err: describeError(thrown) }, 'the last updates are not confirmed and will come again');
  }
}
