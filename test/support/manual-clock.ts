import type { Clock } from '../../src/base/clock.ts';

/** A clock that moves only when told to. Timers run in the order of their time, then of their making. */
export class ManualClock implements Clock {
  #monotonicMs: number;
  #wallOffsetMs: number;
  #timers: { readonly atMs: number; readonly action: () => void }[] = [];

  /** @param wallMs what `now()` says at first */
  constructor(wallMs = Date.UTC(2026, 0, 1), monotonicMs = 1_000) {
    this.#monotonicMs = monotonicMs;
    this.#wallOffsetMs = wallMs - monotonicMs;
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#wallOffsetMs + this.#monotonicMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  schedule(delayMs: number, action: () => void): () => void {
    const timer = { atMs: this.#monotonicMs + delayMs, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((it) => it !== timer);
    };
  }

  /** Lets `ms` pass and runs what falls due, each at its own time. */
  advance(ms: number): void {
    const endMs = this.#monotonicMs + ms;
    for (let next = this.#due(endMs); next !== undefined; next = this.#due(endMs)) {
      const timer = next;
      this.#timers = this.#timers.filter((it) => it !== timer);
      this.#monotonicMs = Math.max(this.#monotonicMs, timer.atMs);
      timer.action();
    }
    this.#monotonicMs = endMs;
  }

  /** Moves the wall clock alone, as NTP or a person does. */
  stepWall(ms: number): void {
    this.#wallOffsetMs += ms;
  }

  #due(endMs: number): { readonly atMs: number; readonly action: () => void } | undefined {
    return this.#timers.filter(({ atMs }) => atMs <= endMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  }
}
