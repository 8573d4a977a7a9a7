import type { Clock } from '../base/clock.ts';

/** Aborts its signal when it is not fed for a while, or with the outer signal. One timer, whatever the feeding rate. */
export class Watchdog {
  readonly #clock: Clock;
  readonly #patienceMs: number;
  readonly #outer: AbortSignal;
  readonly #controller = new AbortController();
  readonly #abort = (): void => {
    this.#controller.abort();
  };
  #fedAtMs: number;
  #cancel: () => void;
  #barked = false;

  constructor(clock: Clock, patienceMs: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#patienceMs = patienceMs;
    this.#outer = outer;
    this.#fedAtMs = clock.monotonic();
    this.#cancel = clock.schedule(patienceMs, () => {
      this.#check();
    });
    if (outer.aborted) {
      this.#abort();
    }
    outer.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get barked(): boolean {
    return this.#barked;
  }

  feed(): void {
    this.#fedAtMs = this.#clock.monotonic();
  }

  stop(): void {
    this.#cancel();
    this.#outer.removeEventListener('abort', this.#abort);
    this.#controller.abort();
  }

  #check(): void {
    const leftMs = this.#fedAtMs + this.#patienceMs - this.#clock.monotonic();
    if (leftMs <= 0) {
      this.#barked = true;
      this.#abort();
      return;
    }
    this.#cancel = this.#clock.schedule(leftMs, () => {
      this.#check();
    });
  }
}
