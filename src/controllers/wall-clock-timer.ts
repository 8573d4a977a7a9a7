import type { Clock } from '../base/clock.ts';

/** A laptop that slept or a clock that was set: never trust one long timer with an expiry. */
const longestSleepMs = 60_000;

/**
 * Calls back when the wall clock reaches an instant, once per key. One timer serves all keys; it sleeps at most a minute
 * and then looks at the clock again, so a clock that jumps is noticed.
 */
export class WallClockTimer {
  readonly #clock: Clock;
  readonly #due: (key: string) => void;
  readonly #at = new Map<string, number>();
  /** Binary min-heap of instants; an item whose key has another instant by now is ignored. */
  readonly #heap: { readonly atMs: number; readonly key: string }[] = [];
  #cancel: (() => void) | undefined;
  #stopped = false;

  constructor(clock: Clock, due: (key: string) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  /** @param atMs epoch milliseconds; undefined forgets the key */
  set(key: string, atMs: number | undefined): void {
    if (this.#at.get(key) === atMs) return;
    if (atMs === undefined) {
      this.#at.delete(key);
      return;
    }
    this.#at.set(key, atMs);
    this.#push({ atMs, key });
    if (this.#heap[0]?.key === key) this.#arm();
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  #arm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const next = this.#heap[0];
    if (next === undefined || this.#stopped) return;
    const delayMs = Math.min(longestSleepMs, Math.max(0, next.atMs - this.#clock.now()));
    this.#cancel = this.#clock.schedule(delayMs, () => {
      this.#fire();
    });
  }

  #fire(): void {
    const now = this.#clock.now();
    for (let next = this.#heap[0]; next !== undefined && next.atMs <= now; next = this.#heap[0]) {
      this.#pop();
      if (this.#at.get(next.key) !== next.atMs) continue;
      this.#at.delete(next.key);
      this.#due(next.key);
    }
    this.#arm();
  }

  #push(item: { atMs: number; key: string }): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || above.atMs <= item.atMs) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      const right = heap[child + 1];
      const left = heap[child];
      if (left === undefined) break;
      let smaller = left;
      if (right !== undefined && right.atMs < left.atMs) {
        child += 1;
        smaller = right;
      }
      if (smaller.atMs >= last.atMs) break;
      heap[at] = smaller;
      at = child;
    }
    heap[at] = last;
  }
}
