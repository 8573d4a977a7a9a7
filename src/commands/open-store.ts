import { type Clock, sleep } from '../base/clock.ts';
import { WayleaveError } from '../base/errors.ts';
import type { OpenStoreOptions, Queryable, Store } from '../store/index.ts';

const firstDelayMs = 500;
const longestDelayMs = 10_000;

/**
 * Opens the store, and waits for a database that is starting, full, or not migrated yet: in a cluster everything starts at
 * once, in any order.
 *
 * @throws StoreError when somebody has to change something first, and the abort reason when `signal` aborts
 */
export async function openStoreWhenReady(
  options: OpenStoreOptions,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Store> {
  const { openStore, StoreError } = await import('../store/index.ts');
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await openStore(options);
    } catch (error) {
      if (!(error instanceof StoreError) || error.retry === 'never') throw error;
      options.log.warn({ err: error, retryInMs: delayMs }, 'the database is not ready yet');
    }
    await sleep(clock, delayMs, signal);
    signal.throwIfAborted();
  }
}

/** A store that may not be open yet: until then every query fails, with the reason why it could not be opened. */
export interface LateStore extends Queryable {
  /** Resolves when it is open. Rejects when somebody has to change something first, or when `signal` aborts. */
  readonly opened: Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the store in the background, for whoever has something to do without it. It is tried for ever, also when waiting
 * alone cannot help: what a person mends meanwhile counts, and a service that answers from memory must not end for it.
 */
export function openStoreInBackground(
  options: OpenStoreOptions,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): LateStore {
  const { promise: opened, resolve, reject } = Promise.withResolvers<void>();
  // Whoever does not wait for it has been told by the log.
  opened.catch(() => undefined);
  let attempt: Promise<Store> = openAtOnce(options);
  const opening = (async () => {
    for (let delayMs = firstDelayMs; !signal.aborted; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
      try {
        await attempt;
        resolve();
        return;
      } catch (error) {
        const isWorthWaiting = error instanceof WayleaveError && error.retry !== 'never';
        if (!isWorthWaiting) reject(error);
        options.log[isWorthWaiting ? 'warn' : 'error'](
          { err: error, retryInMs: delayMs },
          'the database is not ready yet',
        );
      }
      await sleep(clock, delayMs, signal);
      if (signal.aborted) break;
      attempt = openAtOnce(options);
      attempt.catch(() => undefined);
    }
    reject(signal.reason);
  })();
  return {
    opened,
    query: async (statement, values) => (await attempt).query(statement, values),
    async close() {
      await opening;
      const store = await attempt.catch(() => undefined);
      await store?.close();
    },
  };
}

async function openAtOnce(options: OpenStoreOptions): Promise<Store> {
  const { openStore } = await import('../store/index.ts');
  return openStore(options);
}
