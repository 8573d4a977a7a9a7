import type { Clock } from '../base/clock.ts';
import { type KubeObject, keyOf } from './objects.ts';

export interface EventInput {
  readonly object: KubeObject;
  readonly type: 'Normal' | 'Warning';
  /** One CamelCase word, up to 128 characters. */
  readonly reason: string;
  /** For a person without access to logs; cut at 1,024 bytes. Never a credential. */
  readonly message: string;
  /** What we were doing; the reason by default. */
  readonly action?: string | undefined;
}

/** One thing that happened, perhaps again and again. */
export interface Occurrence {
  readonly input: EventInput;
  readonly namespace: string;
  readonly serial: number;
  /** The Event that tells of it, once written. */
  name: string | undefined;
  count: number;
}

interface Entry extends Occurrence {
  /** What the API server knows of `count`. */
  writtenCount: number;
  writtenAtMs: number;
  lastSeenMs: number;
}

/** As kube-rs and client-go: what comes back later than this is news again. */
const seriesMs = 6 * 60_000;
/** How often to look for what is over, unless there is no room left: a series may last that much longer. */
const expireEveryMs = 10_000;
/** More different messages of one reason on one object than this are told as one. */
const messagesPerReason = 10;
/** Bounds memory and the API server's load when everything fails at once. */
const entryLimit = 2_048;

/** Decides which occurrences make a new Event, which only count up, and when a counter is worth a write. */
export class EventSeries {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  readonly #messages = new Map<string, Set<string>>();
  #serial = 0;
  #expireAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns false if there are too many unwritten ones already */
  note(input: EventInput): boolean {
    const now = this.#clock.monotonic();
    this.#expire(now);
    const { object, type, reason, message, action = '' } = input;
    const group = JSON.stringify([object.kind, keyOf(object), object.metadata.uid ?? '', type, reason, action]);
    const messages = this.#messages.get(group) ?? new Set<string>();
    const combined = !messages.has(message) && messages.size >= messagesPerReason;
    const key = combined ? group : `${group}${message}`;
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.count += 1;
      known.lastSeenMs = now;
      return true;
    }
    if (this.#entries.size >= entryLimit) {
      return false;
    }
    if (!combined) {
      this.#messages.set(group, messages.add(message));
    }
    this.#serial += 1;
    this.#entries.set(key, {
      input: combined ? { ...input, message: `(combined from similar events): ${message}` } : input,
      namespace: object.metadata.namespace ?? 'default',
      serial: this.#serial,
      name: undefined,
      count: 1,
      writtenCount: 0,
      writtenAtMs: Number.NEGATIVE_INFINITY,
      lastSeenMs: now,
    });
    return true;
  }

  /** The next one to write: new ones at once, counters once in `everyMs`. */
  takeDue(everyMs: number): Occurrence | undefined {
    const now = this.#clock.monotonic();
    for (const entry of this.#entries.values()) {
      if (entry.count > entry.writtenCount && now - entry.writtenAtMs >= everyMs) {
        entry.writtenCount = entry.count;
        entry.writtenAtMs = now;
        return entry;
      }
    }
    return undefined;
  }

  /** In how many milliseconds the next counter is due; undefined if nothing waits. */
  dueInMs(everyMs: number): number | undefined {
    const now = this.#clock.monotonic();
    const waiting = [...this.#entries.values()].filter(({ count, writtenCount }) => count > writtenCount);
    return waiting.length === 0
      ? undefined
      : Math.max(0, Math.min(...waiting.map(({ writtenAtMs }) => writtenAtMs + everyMs - now)));
  }

  #expire(now: number): void {
    if (now < this.#expireAtMs && this.#entries.size < entryLimit) return;
    this.#expireAtMs = now + expireEveryMs;
    for (const [key, entry] of this.#entries) {
      if (entry.count === entry.writtenCount && now - entry.lastSeenMs > seriesMs) {
        this.#entries.delete(key);
      }
    }
    if (this.#entries.size === 0) {
      this.#messages.clear();
    }
  }
}
