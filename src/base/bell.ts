import { sleep, type Clock } from './clock.ts';
import { describeError } from './errors.ts';
import type { Log } from './log.ts';

/** Remembers that it rang until it is armed again, so that a ring during work is not lost. */
export class Bell {
  #rung = new AbortController();

  /** There may be something to do. */
  readonly ring = (): void => {
    this.#rung.abort();
  };

  /** Forgets what rang so far. Call it before looking for work: whoever rings later means work that the look may miss. */
  rearm(): void {
    if (this.#rung.signal.aborted) this.#rung = new AbortController();
  }

  /** Resolves after `delayMs`, when it rings or has rung, or when `signal` aborts. Never rejects. */
  async wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    signal.addEventListener('abort', this.ring, { once: true });
    await sleep(clock, delayMs, this.#rung.signal);
    signal.removeEventListener('abort', this.ring);
  }
}

export interface WorkLoop {
  /** How soon work is looked for without a ring, and again after a failure, whoever rings. */
  readonly pollMs: number;
  /** Does what is due. @returns how much that was */
  workOnce(signal: AbortSignal): Promise<number>;
  /** Whether so much leaves more that is due, so that it goes on at once. */
  isMore(done: number): boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** What a failure means, for the log: "refunds are not sent". */
  readonly what: string;
}

/** Works whenever the bell rings, and every `pollMs`, until the signal aborts and the last work has ended. Never rejects. */
export async function workUntil(signal: AbortSignal, bell: Bell, loop: WorkLoop): Promise<void> {
  const { pollMs, clock, log, what } = loop;
  while (!signal.aborted) {
    bell.rearm();
    try {
      if (!loop.isMore(await loop.workOnce(signal))) await bell.wait(clock, pollMs, signal);
    } catch (thrown) {
      log.warn({ err: describeError(thrown) }, `${what}, will try again`);
      await sleep(clock, pollMs, signal);
    }
  }
}
