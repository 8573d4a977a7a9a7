import type { Clock } from '../../base/clock.ts';
import type { OutputStream } from '../host.ts';

/** What goes into a log is read later: a line now and then is enough there. */
const logEveryMs = 10_000;

/** One line that is written over on a terminal, and a new one every ten seconds elsewhere. */
export class ProgressLine {
  readonly #out: OutputStream;
  readonly #clock: Clock;
  #saidMs = Number.NEGATIVE_INFINITY;
  #isOpen = false;

  constructor(out: OutputStream, clock: Clock) {
    this.#out = out;
    this.#clock = clock;
  }

  readonly show = (text: string): void => {
    if (this.#out.isTTY === true) {
      this.#out.write(`\r\u001B[K… ${text}`);
      this.#isOpen = true;
      return;
    }
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#saidMs < logEveryMs) return;
    this.#saidMs = nowMs;
    this.#out.write(`… ${text}\n`);
  };

  /** Before anything else is written. */
  readonly end = (): void => {
    if (this.#isOpen) this.#out.write('\r\u001B[K');
    this.#isOpen = false;
    this.#saidMs = Number.NEGATIVE_INFINITY;
  };
}
