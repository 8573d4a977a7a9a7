import { LRUCache } from 'lru-cache';

import type { Clock } from '../base/clock.ts';
import { SubscriptionServiceError } from './errors.ts';
import { SourceHealth } from './source-health.ts';
import type { SubscriptionDocument, SubscriptionSource } from './source.ts';

/** What is kept per token: the document, and whatever its owner made of it. */
export interface CachedDocument {
  readonly document: SubscriptionDocument;
  /** What it takes in memory, roughly. May grow: see `measure`. */
  readonly bytes: number;
}

export type Lookup<Cached> =
  | {
      readonly kind: 'found';
      readonly cached: Cached;
      /** Absent while the source answers. */ readonly staleMs?: number;
    }
  /** There is certainly no such token. */
  | { readonly kind: 'absent' }
  /** Nobody can tell now. */
  | { readonly kind: 'unavailable' };

export interface DocumentCacheOptions<Cached extends CachedDocument> {
  readonly source: SubscriptionSource;
  readonly clock: Clock;
  /**
   * @returns `previous` itself if nothing changed
   * @throws if the document cannot be shown; the token then keeps what it had
   */
  readonly prepare: (document: SubscriptionDocument, previous: Cached | undefined) => Cached;
  readonly maxEntries: number;
  readonly maxBytes: number;
  /** How long an entry is used without asking, in milliseconds. */
  readonly freshMs: number;
  /** A reading that takes longer has failed, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * How long whoever is known waits for a reading that is due for no other reason than age, in milliseconds: then he gets
   * what we have, and the next one what was read.
   */
  readonly patienceMs: number;
  /** Readings at a time; beyond it a known token gets what we have and an unknown one "unavailable". */
  readonly maxReadings: number;
  /** A reading failed, or took too long. */
  readonly onFailure: (error: unknown) => void;
  /** What was read cannot be shown. */
  readonly onUnusable: (error: unknown, key: string) => void;
  readonly onHealth: (failing: boolean) => void;
}

interface Entry<Cached> {
  readonly cached: Cached;
  loadedAtMs: number;
  /** Of the reading that it came from: an older reading that arrives later must not replace it. */
  sequence: number;
  freshUntilMs: number;
}

interface Reading<Cached> {
  readonly key: string;
  readonly sequence: number;
  /** Known from the entry that it is to replace. */
  readonly subscriptionId: string | undefined;
  readonly promise: Promise<Lookup<Cached>>;
  readonly settle: (lookup: Lookup<Cached>) => void;
  readonly cancelTimers: () => void;
  /** Whoever waited has been answered; what comes of it now is late. */
  ended: boolean;
  /** The subscription changed after it began: its result is used, and not kept as fresh. */
  outdated: boolean;
}

/**
 * The last complete document of each token.
 *
 * Fresh entries cost nothing; others are read again, once for all who ask at the same time. While the source fails, every
 * known token gets its last document, however old, and nobody waits for a timeout but those who met the first one. While
 * it is slow, only those wait whose subscription changed, or who are not known yet.
 */
export class DocumentCache<Cached extends CachedDocument> {
  readonly #options: DocumentCacheOptions<Cached>;
  readonly #entries: LRUCache<string, Entry<Cached>>;
  readonly #keysOfSubscription = new Map<string, Set<string>>();
  readonly #readings = new Map<string, Reading<Cached>>();
  readonly #health: SourceHealth;
  #sequence = 0;
  #probeKey = '';

  constructor(options: DocumentCacheOptions<Cached>) {
    this.#options = options;
    this.#entries = new LRUCache({
      max: options.maxEntries,
      maxSize: options.maxBytes,
      dispose: (entry, key) => {
        this.#forgetKey(entry.cached.document.subscriptionId, key);
      },
    });
    this.#health = new SourceHealth({
      clock: options.clock,
      probe: () => this.#read(this.#probeKey),
      onChange: options.onHealth,
    });
  }

  get size(): number {
    return this.#entries.size;
  }

  /**
   * @param key SHA-256 of the token in base64url
   * @returns at once if the source need not be asked; the promise never rejects
   */
  lookup(key: string): Lookup<Cached> | Promise<Lookup<Cached>> {
    const entry = this.#entries.get(key);
    if (entry !== undefined && this.#options.clock.monotonic() < entry.freshUntilMs) {
      return { kind: 'found', cached: entry.cached };
    }
    if (this.#health.failing) {
      // The latest one asked for, so that a token whose reading always hangs cannot keep probes from succeeding.
      this.#probeKey = key;
      return this.#lastKnown(entry);
    }
    const reading = this.#readings.get(key);
    if (reading !== undefined) return reading.promise;
    if (this.#readings.size >= this.#options.maxReadings) return this.#lastKnown(entry);
    return this.#read(key).promise;
  }

  /**
   * Takes a document that was read at another time: before the start, or in advance. It is asked about before it is used,
   * and used as it is only while the source fails. What was read since the start is never replaced.
   *
   * @param ageMs since it was read
   * @returns false when there is no room: something that is asked for now must not go for it
   * @throws what `prepare` throws
   */
  prime(key: string, document: SubscriptionDocument, ageMs: number): boolean {
    const previous = this.#entries.peek(key);
    const loadedAtMs = this.#options.clock.monotonic() - ageMs;
    if (previous !== undefined && (previous.sequence > 0 || previous.loadedAtMs >= loadedAtMs)) return true;
    const cached = this.#options.prepare(document, previous?.cached);
    const { maxEntries, maxBytes } = this.#options;
    const isFull = this.#entries.size >= maxEntries || this.#entries.calculatedSize + cached.bytes > maxBytes;
    if (previous === undefined && isFull) return false;
    this.#file(key, { cached, loadedAtMs, sequence: 0, freshUntilMs: Number.NEGATIVE_INFINITY });
    return true;
  }

  /** Counts anew what an entry takes in memory; others go where there is no room for it any more. */
  measure(key: string, cached: Cached): void {
    const entry = this.#entries.peek(key);
    // A copy, because the size of the same object is not looked at again.
    if (entry?.cached === cached) this.#file(key, { ...entry });
  }

  /** What is in memory now, the latest asked for first. Safe to iterate while documents come and go. */
  *documents(): Generator<{ readonly key: string; readonly document: SubscriptionDocument; readonly ageMs: number }> {
    const keys = [...this.#entries.keys()];
    for (const key of keys) {
      const entry = this.#entries.peek(key);
      if (entry === undefined) continue;
      yield { key, document: entry.cached.document, ageMs: this.#options.clock.monotonic() - entry.loadedAtMs };
    }
  }

  /** A subscription changed: its tokens are read again when next asked for. */
  invalidate(subscriptionId: string): void {
    for (const key of this.#keysOfSubscription.get(subscriptionId) ?? []) this.#expire(key);
    this.#outdateReadings((known) => known === undefined || known === subscriptionId);
  }

  /** Changes may have been missed: everything is read again when next asked for. */
  invalidateAll(): void {
    for (const key of this.#entries.keys()) this.#expire(key);
    this.#outdateReadings(() => true);
  }

  /** Ends probing. Readings that are under way may still arrive. */
  stop(): void {
    this.#health.stop();
  }

  #expire(key: string): void {
    const entry = this.#entries.peek(key);
    if (entry !== undefined) entry.freshUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** Who asks after a change must not join a reading that began before it. */
  #outdateReadings(concerns: (subscriptionId: string | undefined) => boolean): void {
    for (const reading of this.#readings.values()) {
      if (!concerns(reading.subscriptionId)) continue;
      reading.outdated = true;
      this.#readings.delete(reading.key);
    }
  }

  #read(key: string): Reading<Cached> {
    const { clock, timeoutMs, patienceMs, source } = this.#options;
    const { promise, resolve } = Promise.withResolvers<Lookup<Cached>>();
    const known = this.#entries.peek(key);
    this.#sequence += 1;
    const cancelDeadline = clock.schedule(timeoutMs, () => {
      const message = `no answer within ${timeoutMs} ms`;
      this.#fail(reading, new SubscriptionServiceError('SUB_SOURCE_TIMEOUT', message, { retry: 'later' }));
    });
    const cancelPatience = hasOnlyAged(known)
      ? clock.schedule(patienceMs, () => {
          resolve({ kind: 'found', cached: known.cached });
        })
      : undefined;
    const reading: Reading<Cached> = {
      key,
      sequence: this.#sequence,
      subscriptionId: known?.cached.document.subscriptionId,
      promise,
      settle: resolve,
      cancelTimers: () => {
        cancelDeadline();
        cancelPatience?.();
      },
      ended: false,
      outdated: false,
    };
    this.#readings.set(key, reading);
    source.find(Buffer.from(key, 'base64url')).then(
      (document) => {
        this.#arrive(reading, document);
      },
      (error: unknown) => {
        this.#fail(reading, error);
      },
    );
    return reading;
  }

  /** Also for a reading that was given up before: late news are news, unless there are newer. */
  #arrive(reading: Reading<Cached>, document: SubscriptionDocument | undefined): void {
    // A source that always answers too late would else seem well time and again, and others would wait for it in vain.
    if (!reading.ended) this.#health.succeeded();
    const { key, sequence } = reading;
    const previous = this.#entries.peek(key);
    const superseded = previous !== undefined && previous.sequence > sequence;
    if (document === undefined) {
      if (!superseded) this.#entries.delete(key);
      this.#finish(reading, { kind: 'absent' });
      return;
    }
    try {
      const cached = this.#options.prepare(document, previous?.cached);
      if (!superseded) this.#keep(reading, cached);
      this.#finish(reading, { kind: 'found', cached });
    } catch (error) {
      this.#options.onUnusable(error, key);
      this.#finish(reading, this.#lastKnown(previous));
    }
  }

  #fail(reading: Reading<Cached>, error: unknown): void {
    if (reading.ended) return;
    this.#options.onFailure(error);
    this.#probeKey ||= reading.key;
    this.#health.failed();
    for (const waiting of [reading, ...this.#readings.values()]) {
      this.#finish(waiting, this.#lastKnown(this.#entries.peek(waiting.key)));
    }
  }

  #finish(reading: Reading<Cached>, lookup: Lookup<Cached>): void {
    if (this.#readings.get(reading.key) === reading) this.#readings.delete(reading.key);
    reading.cancelTimers();
    reading.ended = true;
    reading.settle(lookup);
  }

  #keep({ key, sequence, outdated, ended }: Reading<Cached>, cached: Cached): void {
    const now = this.#options.clock.monotonic();
    // A late one may have been overtaken by "there is no such token", which leaves no entry to compare with.
    const freshUntilMs = outdated || ended ? Number.NEGATIVE_INFINITY : now + this.#options.freshMs;
    const previous = this.#entries.peek(key);
    if (previous?.cached === cached) {
      // Nothing changed, as nearly always: no need to measure and file it again.
      Object.assign(previous, { loadedAtMs: now, sequence, freshUntilMs });
      return;
    }
    this.#file(key, { cached, loadedAtMs: now, sequence, freshUntilMs });
  }

  #file(key: string, entry: Entry<Cached>): void {
    this.#entries.set(key, entry, { size: entry.cached.bytes });
    const { subscriptionId } = entry.cached.document;
    // An entry larger than the whole cache is not taken.
    if (!this.#entries.has(key)) return;
    const keys = this.#keysOfSubscription.get(subscriptionId);
    if (keys === undefined) this.#keysOfSubscription.set(subscriptionId, new Set([key]));
    else keys.add(key);
  }

  #forgetKey(subscriptionId: string, key: string): void {
    const keys = this.#keysOfSubscription.get(subscriptionId);
    keys?.delete(key);
    if (keys?.size === 0) this.#keysOfSubscription.delete(subscriptionId);
  }

  #lastKnown(entry: Entry<Cached> | undefined): Lookup<Cached> {
    if (entry === undefined) return { kind: 'unavailable' };
    return { kind: 'found', cached: entry.cached, staleMs: this.#options.clock.monotonic() - entry.loadedAtMs };
  }
}

/** It was read completely, and no change was heard of since. */
function hasOnlyAged<Cached>(entry: Entry<Cached> | undefined): entry is Entry<Cached> {
  return entry !== undefined && entry.freshUntilMs !== Number.NEGATIVE_INFINITY;
}
