import { type Clock, sleep } from '../base/clock.ts';
import type { OpenStoreOptions, Store } from '../store/index.ts';

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
