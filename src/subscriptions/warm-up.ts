import { type Clock, sleep, untilAborted } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { CachedDocument, DocumentCache } from './document-cache.ts';
import type { SubscriptionDocument } from './source.ts';

const batchSize = 100;
/** Between two batches, so that requests come first. */
const pauseMs = 5;
const firstRetryMs = 1000;
const longestRetryMs = 30_000;
const progressEveryMs = 5000;

/** What a service that starts reads in advance. */
export interface WarmUpSource {
  /** Keys of the addresses that were asked for lately, the latest first. */
  recent(limit: number): Promise<readonly string[]>;
  /** Documents by key; unknown ones are missing. */
  find(keys: readonly string[]): Promise<ReadonlyMap<string, SubscriptionDocument>>;
}

export interface WarmUpOptions {
  readonly source: WarmUpSource;
  readonly cache: Pick<DocumentCache<CachedDocument>, 'prime'>;
  /** As many documents as the cache holds. */
  readonly limit: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onLoaded: (documents: number) => void;
}

/**
 * Reads the documents of whoever asked lately, in the background, so that an outage right after a start finds them in
 * memory. Waits for a database that does not answer. Never rejects; ends early when there is no room or `signal` aborts.
 */
export async function warmUp(options: WarmUpOptions): Promise<void> {
  const { source, limit, clock, log, signal } = options;
  const startedMs = clock.monotonic();
  const keys = await whenAnswered(options, () => source.recent(limit));
  if (keys === undefined || keys.length === 0) return;
  let [loaded, toldMs] = [0, startedMs];
  for (let at = 0; at < keys.length && !signal.aborted; at += batchSize) {
    const batch = keys.slice(at, at + batchSize);
    const found = await whenAnswered(options, () => source.find(batch));
    if (found === undefined) break;
    const taken = prime(options, found);
    loaded += taken.loaded;
    options.onLoaded(taken.loaded);
    if (taken.isFull) break;
    if (clock.monotonic() - toldMs >= progressEveryMs) {
      toldMs = clock.monotonic();
      log.info({ loaded, of: keys.length }, 'warming up');
    }
    await sleep(clock, pauseMs, signal);
  }
  const tookMs = Math.round(clock.monotonic() - startedMs);
  log.info({ loaded, of: keys.length, tookMs }, signal.aborted ? 'warming up was ended' : 'warm: an outage can come');
}

function prime(
  { cache, log }: WarmUpOptions,
  found: ReadonlyMap<string, SubscriptionDocument>,
): { readonly loaded: number; readonly isFull: boolean } {
  let loaded = 0;
  for (const [key, document] of found) {
    try {
      if (!cache.prime(key, document, 0)) return { loaded, isFull: true };
      loaded += 1;
    } catch (error) {
      log.error({ err: error, tokenHash: key.slice(0, 8) }, 'a subscription cannot be shown, so it is not kept warm');
    }
  }
  return { loaded, isFull: false };
}

/** @returns nothing when it was aborted meanwhile */
async function whenAnswered<Result>(
  { clock, log, signal }: WarmUpOptions,
  ask: () => Promise<Result>,
): Promise<Result | undefined> {
  for (let delayMs = firstRetryMs; !signal.aborted; delayMs = Math.min(delayMs * 2, longestRetryMs)) {
    try {
      // A database that hangs must not keep the service from stopping.
      return await Promise.race([ask(), untilAborted(signal).then(() => undefined)]);
    } catch (error) {
      log.debug({ err: error, retryInMs: delayMs }, 'warming up waits for the database');
    }
    await sleep(clock, delayMs, signal);
  }
  return undefined;
}
