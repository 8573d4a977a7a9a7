import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';

export interface ReconcileContext {
  /** Aborts when the reconcile exceeds its time, or when a drain does. */
  readonly signal: AbortSignal;
  /** Bound to the controller, the key and this one run. */
  readonly log: Log;
}

interface RunOptions {
  readonly clock: Clock;
  readonly timeoutMs?: number | undefined;
}

/** One reconcile. Its signal and logger are made when asked for: most reconciles find nothing to do and need neither. */
export class ReconcileRun implements ReconcileContext {
  readonly key: string;
  readonly #options: RunOptions;
  readonly #parentLog: Log;
  readonly #id: number;
  readonly #startedMs: number;
  #controller: AbortController | undefined;
  #log: Log | undefined;
  #cancelTimer: (() => void) | undefined;
  #timedOut = false;

  constructor(key: string, options: RunOptions, log: Log, id: number) {
    this.key = key;
    this.#options = options;
    this.#parentLog = log;
    this.#id = id;
    this.#startedMs = options.clock.monotonic();
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  get log(): Log {
    this.#log ??= this.#parentLog.child({ key: this.key, reconcileId: this.#id });
    return this.#log;
  }

  get timedOut(): boolean {
    return this.#timedOut;
  }

  elapsedMs(): number {
    return this.#options.clock.monotonic() - this.#startedMs;
  }

  /** Starts the clock of a reconcile that went asynchronous. */
  limit(): void {
    const { clock, timeoutMs } = this.#options;
    if (timeoutMs !== undefined) {
      this.#cancelTimer = clock.schedule(timeoutMs, () => {
        this.#timedOut = true;
        this.abort();
      });
    }
  }

  abort(): void {
    this.#controller ??= new AbortController();
    this.#controller.abort();
  }

  release(): void {
    this.#cancelTimer?.();
  }
}
