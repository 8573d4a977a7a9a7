import { LRUCache } from 'lru-cache';

import type { Clock } from '../base/clock.ts';

export interface RateLimit {
  /** Tokens that come back per second. */
  readonly perSecond: number;
  /** Tokens of somebody who was never here. */
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Token buckets, one per key. A full bucket is the same as none, so forgetting the least recently used does no harm. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(limit: RateLimit, clock: Clock, maxKeys = 50_000) {
    this.#limit = limit;
    this.#clock = clock;
    this.#buckets = new LRUCache({ max: maxKeys });
  }

  /** Takes a token of `key`. @returns 0 if there was one, else the seconds after which there will be */
  take(key: string): number {
    const { perSecond, burst } = this.#limit;
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(key);
    if (bucket === undefined) {
      this.#buckets.set(key, { tokens: burst - 1, atMs: now });
      return 0;
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.atMs) / 1000) * perSecond);
    bucket.atMs = now;
    if (bucket.tokens < 1) return Math.max(1, Math.ceil((1 - bucket.tokens) / perSecond));
    bucket.tokens -= 1;
    return 0;
  }
}
