import type { Random } from '../base/clock.ts';

/**
 * Growing, jittered delays: each is drawn between the floor and a ceiling that doubles, so that many clients of one API
 * server that went away do not come back in step.
 */
export class Backoff {
  readonly #floorMs: number;
  readonly #capMs: number;
  readonly #random: Random;
  #ceilingMs: number;

  constructor(floorMs: number, capMs: number, random: Random) {
    this.#floorMs = floorMs;
    this.#capMs = capMs;
    this.#random = random;
    this.#ceilingMs = floorMs * 2;
  }

  /** The next delay in milliseconds, between floor and cap. */
  next(): number {
    const ceilingMs = Math.min(this.#ceilingMs, this.#capMs);
    this.#ceilingMs = Math.min(this.#ceilingMs * 2, this.#capMs);
    return this.#floorMs + this.#random() * (ceilingMs - this.#floorMs);
  }

  reset(): void {
    this.#ceilingMs = this.#floorMs * 2;
  }
}
