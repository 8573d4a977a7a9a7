import type { Registry } from 'prom-client';
import { type Clock, type Random, sleep } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Backoff } from './backoff.ts';
import { type Indexers, ObjectCache } from './cache.ts';
import type { KubeClient } from './client.ts';
import { isKubeError, KubeError } from './errors.ts';
import { type KubeObject, keyOf, type Resource } from './objects.ts';
import { type ReflectorCount, reflectorCounters } from './reflector-metrics.ts';
import { type WatchEvent, watchEvents } from './watch.ts';

/** One difference between what was known and what is. `initial`: part of the first list, not something that happened. */
export interface Change<T> {
  readonly type: 'added' | 'updated' | 'deleted';
  readonly key: string;
  readonly object: T;
  readonly previous?: T;
  readonly initial: boolean;
}

export type ChangeHandler<T> = (change: Change<T>) => void;

export interface ReflectorOptions<T extends KubeObject> {
  readonly client: KubeClient;
  readonly resource: Resource;
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly indexers?: Indexers<T>;
  /** Makes the cached form of an object, to save memory; `managedFields` are gone before. Must keep `metadata`. */
  readonly transform?: (object: T) => T;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics?: Registry | undefined;
  /** Silence after which a watch is believed dead. The API server sends a bookmark about every minute. */
  readonly inactivityMs?: number | undefined;
}

const pageSize = 500;
const backoffFloorMs = 800;
const backoffCapMs = 30_000;
/** A watch that lived this long was healthy even if nothing happened. */
const healthyAfterMs = 10_000;
/** Bookmarks come every 60 s, with jitter up to 75 s. */
const defaultInactivityMs = 100_000;
/** The API server ends a watch after this time, drawn between one and two of it: as client-go does. */
const watchSeconds = 300;
/** After so many refusals in a row the resource version itself is suspect: list again. */
const refusalsBeforeRelist = 5;

/**
 * Keeps a cache equal to the API server's objects of one kind and reports every difference: a paged list, then a watch
 * that resumes where it broke, then a list again if the gap is too old to resume. It survives everything but `signal`.
 *
 * Handlers run synchronously, in the order of changes, after the cache has them. One that throws is logged.
 */
export class Reflector<T extends KubeObject> {
  readonly cache: ObjectCache<T>;
  readonly #options: ReflectorOptions<T>;
  readonly #log: Log;
  readonly #handlers = new Set<ChangeHandler<T>>();
  readonly #backoff: Backoff;
  readonly #count: ReflectorCount;
  #waiters: (() => void)[] = [];
  #hasSynced = false;
  #resourceVersion: string | undefined;
  #refusals = 0;
  #lastContactMs = Number.NEGATIVE_INFINITY;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#log = options.log.child({ reflector: options.resource.kind });
    this.cache = new ObjectCache(options.indexers);
    this.#backoff = new Backoff(backoffFloorMs, backoffCapMs, options.random);
    this.#count = reflectorCounters(options.metrics, options.resource.kind);
  }

  /** Whether the cache has held a whole list and every handler has seen it. It stays true. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Monotonic milliseconds when the API server was last heard; `-Infinity` before. */
  get lastContactMs(): number {
    return this.#lastContactMs;
  }

  /** Adds a handler, which first sees all that is cached as `added`. The returned function removes it. */
  onChange(handler: ChangeHandler<T>): () => void {
    this.#handlers.add(handler);
    for (const object of this.cache.values()) {
      this.#call(handler, { type: 'added', key: keyOf(object), object, initial: true });
    }
    return () => {
      this.#handlers.delete(handler);
    };
  }

  /**
   * Resolves once {@link hasSynced}.
   *
   * @throws KubeError KUBE_TIMEOUT if `signal` aborts first
   */
  synced(signal?: AbortSignal): Promise<void> {
    if (this.#hasSynced) {
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const abort = (): void => {
        reject(new KubeError('KUBE_TIMEOUT', `stopped before all ${this.#options.resource.plural} were listed`));
      };
      if (signal?.aborted === true) {
        abort();
        return;
      }
      signal?.addEventListener('abort', abort, { once: true });
      this.#waiters.push(() => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
    });
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const startedMs = this.#options.clock.monotonic();
      let delayMs = 0;
      try {
        if (this.#resourceVersion === undefined) {
          await this.#list(signal);
        }
        const events = await this.#watch(signal);
        if (events === 0 && this.#options.clock.monotonic() - startedMs < 1_000) {
          // Something between us and the API server closes watches at once; without a pause we would spin.
          delayMs = this.#backoff.next();
        }
      } catch (thrown) {
        if (!signal.aborted) {
          delayMs = this.#failed(thrown, startedMs);
        }
      }
      if (delayMs > 0) {
        await sleep(this.#options.clock, delayMs, signal);
      }
    }
  }

  #failed(thrown: unknown, startedMs: number): number {
    this.#count('failures');
    if (this.#options.clock.monotonic() - startedMs > healthyAfterMs) {
      this.#backoff.reset();
    }
    const gone = isKubeError(thrown, 'KUBE_GONE');
    if (gone || this.#isSuspect(thrown)) {
      this.#resourceVersion = undefined;
    }
    const askedMs = thrown instanceof KubeError ? Math.min(thrown.retryAfterMs ?? 0, backoffCapMs) : 0;
    const delayMs = Math.max(askedMs, this.#backoff.next());
    const fields = {
      code: thrown instanceof KubeError ? thrown.code : undefined,
      error: describeError(thrown),
      delayMs,
    };
    if (gone) {
      this.#log.info(fields, 'watch is too old to resume, listing again');
    } else {
      this.#log.warn(fields, 'lost contact, trying again');
    }
    return delayMs;
  }

  /** An answer that refuses may be about our resource version; silence and overload are not. */
  #isSuspect(thrown: unknown): boolean {
    if (isKubeError(thrown, 'KUBE_TRANSPORT', 'KUBE_TIMEOUT', 'KUBE_TOO_MANY_REQUESTS')) {
      return false;
    }
    this.#refusals += 1;
    return this.#refusals % refusalsBeforeRelist === 0;
  }

  async #list(signal: AbortSignal): Promise<void> {
    this.#count('lists');
    const { client, resource, namespace, labelSelector, fieldSelector } = this.#options;
    const seen = new Set<string>();
    let limit: number | undefined = pageSize;
    let next: string | undefined;
    let resourceVersion: string;
    do {
      const selection = { namespace, labelSelector, fieldSelector, limit, continue: next, signal };
      const page = await client.list<T>(resource, selection).catch((thrown: unknown) => {
        if (next === undefined || !isKubeError(thrown, 'KUBE_GONE')) {
          throw thrown;
        }
        // The list outlived the token's five minutes. In one piece it cannot expire half-way.
        limit = undefined;
        seen.clear();
        return client.list<T>(resource, { ...selection, limit, continue: undefined });
      });
      this.#lastContactMs = this.#options.clock.monotonic();
      for (const object of page.items) {
        seen.add(keyOf(object));
        this.#store(object);
      }
      ({ resourceVersion } = page);
      next = page.continue;
    } while (next !== undefined);
    this.#forgetUnseen(seen);
    this.#resourceVersion = resourceVersion;
    this.#refusals = 0;
    this.#reportSynced();
  }

  #forgetUnseen(seen: ReadonlySet<string>): void {
    for (const key of this.cache.keys()) {
      if (!seen.has(key)) {
        this.#forget(key);
      }
    }
  }

  /** Returns how many events came. */
  async #watch(signal: AbortSignal): Promise<number> {
    this.#count('watches');
    const { client, resource, namespace, labelSelector, fieldSelector, clock, random } = this.#options;
    const events = watchEvents<T>({
      client,
      resource,
      namespace,
      parameters: {
        labelSelector,
        fieldSelector,
        allowWatchBookmarks: true,
        resourceVersion: this.#resourceVersion,
        timeoutSeconds: Math.round(watchSeconds * (1 + random())),
      },
      inactivityMs: this.#options.inactivityMs ?? defaultInactivityMs,
      clock,
      signal,
    });
    let count = 0;
    for await (const batch of events) {
      this.#lastContactMs = clock.monotonic();
      for (const event of batch) {
        this.#take(event);
      }
      count += batch.length;
      this.#backoff.reset();
      this.#refusals = 0;
    }
    return count;
  }

  #take({ type, object }: WatchEvent<T>): void {
    if (type === 'DELETED') {
      this.#forget(keyOf(object), object);
    } else if (type !== 'BOOKMARK') {
      this.#store(object);
    }
    this.#resourceVersion = object.metadata.resourceVersion;
  }

  #store(raw: T): void {
    const object = this.#slim(raw);
    const key = keyOf(object);
    const known = this.cache.get(key);
    if (known !== undefined && known.metadata.uid !== object.metadata.uid) {
      // Deleted and made anew while we were not looking: its watchers must hear of both.
      this.#forget(key);
    } else if (known !== undefined && known.metadata.resourceVersion === object.metadata.resourceVersion) {
      return;
    }
    const previous = this.cache.set(object);
    const initial = !this.#hasSynced;
    this.#report(
      previous === undefined
        ? { type: 'added', key, object, initial }
        : { type: 'updated', key, object, previous, initial },
    );
  }

  #forget(key: string, last?: T): void {
    const previous = this.cache.delete(key);
    if (previous !== undefined) {
      const object = last === undefined ? previous : this.#slim(last);
      this.#report({ type: 'deleted', key, object, previous, initial: !this.#hasSynced });
    }
  }

  /** Objects come fresh from the parser, so taking a field out of them harms nobody. */
  #slim(object: T): T {
    delete object.metadata.managedFields;
    return this.#options.transform?.(object) ?? object;
  }

  #report(change: Change<T>): void {
    for (const handler of this.#handlers) {
      this.#call(handler, change);
    }
  }

  #call(handler: ChangeHandler<T>, change: Change<T>): void {
    const report = (thrown: unknown): void => {
      const { key, type } = change;
      this.#log.error({ key, change: type, error: describeError(thrown) }, 'a change handler failed');
    };
    try {
      const result: unknown = handler(change);
      if (result instanceof Promise) {
        result.catch(report);
      }
    } catch (thrown) {
      report(thrown);
    }
  }

  #reportSynced(): void {
    if (!this.#hasSynced) {
      this.#hasSynced = true;
      this.#log.info({ objects: this.cache.size }, 'synced');
      for (const resolve of this.#waiters.splice(0)) {
        resolve();
      }
    }
  }
}
