import type { Clock } from '../base/clock.ts';

/** An abort signal that follows a caller's signal and also fires when time is up. Release it when the work is over. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #cancelTimer: () => void;
  readonly #onOuterAbort = (): void => {
    this.#controller.abort();
  };
  #passed = false;

  constructor(clock: Clock, timeoutMs: number, outer?: AbortSignal) {
    this.#outer = outer;
    this.#cancelTimer = clock.schedule(timeoutMs, () => {
      this.#passed = true;
      this.#controller.abort();
    });
    if (outer?.aborted === true) {
      this.#controller.abort();
    } else {
      outer?.addEventListener('abort', this.#onOuterAbort, { once: true });
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was time that ran out, and not the caller who gave up. */
  get passed(): boolean {
    return this.#passed;
  }

  release(): void {
    this.#cancelTimer();
    this.#outer?.removeEventListener('abort', this.#onOuterAbort);
  }
}

/** `promise`, or a rejection as soon as `signal` aborts, for work that cannot be interrupted itself. */
export async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = (): void => {
      reject(new DOMException('aborted while waiting', 'AbortError'));
    };
  });
  if (signal.aborted) {
    stop();
  }
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
