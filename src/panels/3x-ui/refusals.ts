import type { Clock } from '../../base/clock.ts';
import type { PanelError } from '../errors.ts';

/** Five failures in five minutes block a user for fifteen on v3, right password or not; two minutes apart stays below. */
const firstPauseMs = 120_000;
const longestPauseMs = 900_000;

/** Remembers that a panel refused our user name and password, so that asking again does not lock everybody out. */
export class Refusals {
  readonly #clock: Clock;
  #error: PanelError | undefined;
  #count = 0;
  #untilMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  remember(error: PanelError): void {
    this.#error = error;
    this.#untilMs = this.#clock.monotonic() + Math.min(longestPauseMs, firstPauseMs * 2 ** this.#count);
    this.#count += 1;
  }

  forget(): void {
    this.#error = undefined;
    this.#count = 0;
  }

  /** @throws the remembered refusal while it is too early to ask again */
  check(): void {
    if (this.#error !== undefined && this.#clock.monotonic() < this.#untilMs) throw this.#error;
  }
}
