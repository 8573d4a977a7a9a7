import { randomBytes } from 'node:crypto';
import type { Clock, Random } from '../../../../src/base/clock.ts';
import type { State } from './state.ts';

/** What all parts of the simulator share: its state, its time, and the bell that rings when something changed. */
export class Backend {
  readonly state: State;
  readonly clock: Clock;
  readonly random: Random;
  readonly #listeners = new Set<() => void>();

  constructor(state: State, clock: Clock, random: Random) {
    this.state = state;
    this.clock = clock;
    this.random = random;
  }

  /** Epoch seconds, as Telegram dates things. */
  nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  next(sequence: keyof State['sequences']): number {
    this.state.sequences[sequence] += 1;
    return this.state.sequences[sequence];
  }

  /** An identifier that nobody guesses or finds twice. */
  id(length: number): string {
    return randomBytes(length).toString('base64url').replaceAll(/[-_]/g, 'x').slice(0, length);
  }

  /** @returns ends the subscription */
  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** To be called after each change of the state. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
