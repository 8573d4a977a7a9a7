import type { Clock } from '../base/clock.ts';
import type { Priority } from './queue-metrics.ts';

interface Waiting {
  readonly key: string;
  priority: Priority;
  dueMs: number;
  /** Equal times keep the order in which they were added. */
  readonly order: number;
  /** Place in the heap, kept so that an earlier due time can move an entry up. */
  index: number;
}

/** Keys that wait for their time, each once, at its earliest due time: a binary heap and one timer. */
export class Delays {
  readonly #clock: Clock;
  readonly #due: (key: string, priority: Priority) => void;
  readonly #heap: Waiting[] = [];
  readonly #byKey = new Map<string, Waiting>();
  #added = 0;
  #cancel: (() => void) | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, due: (key: string, priority: Priority) => void) {
    this.#clock = clock;
    this.#due = due;
  }

  get size(): number {
    return this.#heap.length;
  }

  /** A key that waits already keeps the earlier of the two times and the higher of the two priorities. */
  add(key: string, delayMs: number, priority: Priority): void {
    const dueMs = this.#clock.monotonic() + delayMs;
    const known = this.#byKey.get(key);
    if (known === undefined) {
      this.#added += 1;
      const entry = { key, priority, dueMs, order: this.#added, index: this.#heap.length };
      this.#byKey.set(key, entry);
      this.#heap.push(entry);
      this.#up(entry);
    } else {
      known.priority = priority === 'normal' ? priority : known.priority;
      known.dueMs = Math.min(dueMs, known.dueMs);
      this.#up(known);
    }
    this.#arm();
  }

  clear(): void {
    this.#heap.length = 0;
    this.#byKey.clear();
    this.#disarm();
  }

  #fire(): void {
    this.#disarm();
    const now = this.#clock.monotonic();
    for (let first = this.#heap[0]; first !== undefined && first.dueMs <= now; first = this.#heap[0]) {
      this.#removeFirst();
      this.#byKey.delete(first.key);
      this.#due(first.key, first.priority);
    }
    this.#arm();
  }

  #arm(): void {
    const first = this.#heap[0];
    if (first === undefined || first.dueMs >= this.#timerDueMs) {
      return;
    }
    this.#disarm();
    this.#timerDueMs = first.dueMs;
    // A timer of Node can fire up to a millisecond early; firing again costs less than being late for all.
    this.#cancel = this.#clock.schedule(Math.max(1, Math.ceil(first.dueMs - this.#clock.monotonic())), () => {
      this.#fire();
    });
  }

  #disarm(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#timerDueMs = Number.POSITIVE_INFINITY;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#place(last, 0);
      this.#down(last);
    }
  }

  #place(entry: Waiting, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }

  #up(entry: Waiting): void {
    while (entry.index > 0) {
      const parent = this.#heap[(entry.index - 1) >> 1];
      if (parent === undefined || isBefore(parent, entry)) {
        return;
      }
      const { index } = parent;
      this.#place(parent, entry.index);
      this.#place(entry, index);
    }
  }

  #down(entry: Waiting): void {
    for (;;) {
      const left = this.#heap[entry.index * 2 + 1];
      const right = this.#heap[entry.index * 2 + 2];
      const child = right !== undefined && left !== undefined && isBefore(right, left) ? right : left;
      if (child === undefined || isBefore(entry, child)) {
        return;
      }
      const { index } = child;
      this.#place(child, entry.index);
      this.#place(entry, index);
    }
  }
}

function isBefore(a: Waiting, b: Waiting): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);
}
