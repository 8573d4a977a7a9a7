import type { Registry } from 'prom-client';
import type { Clock, Random } from '../base/clock.ts';
import { Delays } from './delays.ts';
import { Fifo } from './fifo.ts';
import { type Priority, QueueMetrics } from './queue-metrics.ts';

export type { Priority };

export interface AddOptions {
  readonly priority?: Priority | undefined;
}

export interface WorkQueueOptions {
  readonly name: string;
  readonly clock: Clock;
  /** Spreads rate-limited retries by up to a tenth; without it they are exact. */
  readonly random?: Random | undefined;
  readonly baseDelayMs?: number | undefined;
  readonly maxDelayMs?: number | undefined;
  readonly metrics?: Registry | undefined;
}

/** A key that wants to be processed and is not being processed. */
interface Ready {
  readonly key: string;
  readonly priority: Priority;
  readonly addedMs: number;
}

interface Work {
  readonly priority: Priority;
  readonly startedMs: number;
}

/**
 * client-go's work queue: a key is handed out to one worker at a time, however often it is added; adding it while it is
 * processed hands it out exactly once more after `done`. Keys of normal priority overtake those of low priority.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #baseDelayMs: number;
  readonly #maxDelayMs: number;
  readonly #metrics: QueueMetrics | undefined;
  readonly #delays: Delays;

  /** Wanting keys, waiting in `#normal` or `#low` unless they are being processed. */
  readonly #dirty = new Map<string, Ready>();
  readonly #processing = new Map<string, Work>();
  readonly #normal = new Fifo<Ready>();
  readonly #low = new Fifo<Ready>();
  readonly #failures = new Map<string, number>();
  readonly #getters = new Set<(key: string | undefined) => void>();
  #depth = 0;
  #shuttingDown = false;
  #listener: (() => void) | undefined;

  constructor({ name, clock, random, baseDelayMs = 5, maxDelayMs = 300_000, metrics }: WorkQueueOptions) {
    this.#clock = clock;
    this.#random = random ?? (() => 0);
    this.#baseDelayMs = baseDelayMs;
    this.#maxDelayMs = maxDelayMs;
    this.#metrics = metrics && new QueueMetrics(metrics, name, () => this.#workInSeconds());
    this.#delays = new Delays(clock, (key, priority) => {
      this.add(key, { priority });
    });
  }

  /** Keys that are ready and wait for a worker. */
  get depth(): number {
    return this.#depth;
  }

  /** Adds a key unless it waits already; one that waits at low priority moves up if now added at normal. */
  add(key: string, { priority = 'normal' }: AddOptions = {}): void {
    if (this.#shuttingDown) {
      return;
    }
    const known = this.#dirty.get(key);
    if (known !== undefined && (known.priority === 'normal' || priority === 'low')) {
      return;
    }
    if (known === undefined) {
      this.#metrics?.added();
    }
    const ready = { key, priority, addedMs: known?.addedMs ?? this.#clock.monotonic() };
    this.#dirty.set(key, ready);
    if (this.#processing.has(key)) {
      return;
    }
    if (known === undefined) {
      this.#enqueue(ready);
    } else {
      // The entry in the low line is skipped when its turn comes: it is no longer the one in #dirty.
      this.#normal.push(ready);
      this.#metrics?.moved(1, -1);
    }
  }

  /** Adds a key after `delayMs`; a key that waits already keeps its earlier time. */
  addAfter(key: string, delayMs: number, options: AddOptions = {}): void {
    if (this.#shuttingDown) {
      return;
    }
    if (delayMs <= 0) {
      this.add(key, options);
      return;
    }
    this.#delays.add(key, delayMs, options.priority ?? 'normal');
  }

  /** Adds a key after a delay that doubles with each call until `forget`. */
  addRateLimited(key: string, options: AddOptions = {}): void {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    this.#metrics?.retried();
    const delayMs = Math.min(this.#maxDelayMs, this.#baseDelayMs * 2 ** Math.min(failures, 50));
    this.addAfter(key, delayMs * (1 - 0.1 * this.#random()), options);
  }

  /** Ends the counting of failures; what was scheduled stays scheduled. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often {@link addRateLimited} was called since the last {@link forget}. */
  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, or `undefined` if none is ready. Its taker owes a {@link done}. */
  tryGet(): string | undefined {
    const ready = this.#next(this.#normal) ?? this.#next(this.#low);
    if (ready === undefined) {
      return undefined;
    }
    const startedMs = this.#clock.monotonic();
    this.#depth -= 1;
    this.#dirty.delete(ready.key);
    this.#processing.set(ready.key, { priority: ready.priority, startedMs });
    this.#metrics?.started(ready.priority, (startedMs - ready.addedMs) / 1000);
    return ready.key;
  }

  /** The next key, as soon as there is one; `undefined` once shut down and empty, or when `signal` aborts. */
  get(signal?: AbortSignal): Promise<string | undefined> {
    const key = this.tryGet();
    if (key !== undefined || this.#shuttingDown || signal?.aborted === true) {
      return Promise.resolve(key);
    }
    return new Promise((resolve) => {
      const settle = (got: string | undefined): void => {
        this.#getters.delete(settle);
        signal?.removeEventListener('abort', abort);
        resolve(got);
      };
      const abort = (): void => {
        settle(undefined);
      };
      this.#getters.add(settle);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** At which priority the key that is being processed was handed out: a retry should not overtake by failing. */
  priorityOf(key: string): Priority | undefined {
    return this.#processing.get(key)?.priority;
  }

  /** Ends the processing of a key; if it was added meanwhile, it is ready again. */
  done(key: string): void {
    const work = this.#processing.get(key);
    if (work === undefined) {
      return;
    }
    this.#processing.delete(key);
    this.#metrics?.finished((this.#clock.monotonic() - work.startedMs) / 1000);
    const again = this.#dirty.get(key);
    if (again !== undefined) {
      this.#enqueue(again);
    }
  }

  /** Takes nothing more in. What is ready is still handed out; what waits for its time is dropped. */
  shutDown(): void {
    this.#shuttingDown = true;
    this.#delays.clear();
    for (const settle of this.#getters) {
      settle(undefined);
    }
  }

  /** Calls `listener` whenever a key became ready and nobody waits in {@link get} for it. One listener per queue. */
  onReady(listener: () => void): void {
    this.#listener = listener;
  }

  #enqueue(ready: Ready): void {
    (ready.priority === 'normal' ? this.#normal : this.#low).push(ready);
    this.#depth += 1;
    this.#metrics?.moved(ready.priority === 'normal' ? 1 : 0, ready.priority === 'low' ? 1 : 0);
    const [getter] = this.#getters;
    if (getter !== undefined) {
      getter(this.tryGet());
    } else {
      this.#listener?.();
    }
  }

  #next(line: Fifo<Ready>): Ready | undefined {
    for (let ready = line.shift(); ready !== undefined; ready = line.shift()) {
      if (this.#dirty.get(ready.key) === ready) {
        return ready;
      }
    }
    return undefined;
  }

  #workInSeconds(): number[] {
    const now = this.#clock.monotonic();
    return Array.from(this.#processing.values(), ({ startedMs }) => (now - startedMs) / 1000);
  }
}
