import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

import type { Random } from '../base/clock.ts';
import { listenForChanges, type Queryable } from '../store/index.ts';
import { startSubscriptionService, type SubscriptionServiceOptions } from './service.ts';
import { storeRecords } from './store-records.ts';
import { storeSource } from './store-source.ts';

export interface ServeFromStoreOptions extends Omit<SubscriptionServiceOptions, 'source' | 'records'> {
  /** May be one that is not reached yet. */
  readonly store: Queryable;
  /** For notifications: a direct connection, not through a pooler. */
  readonly databaseUrl: string;
  readonly random: Random;
}

/** The subscription service as a part of a process. */
export interface ServedSubscriptions {
  readonly address: AddressInfo;
  livez(): readonly { readonly name: string; readonly ok: boolean }[];
  /** Ready as soon as it listens: with the database gone it still answers whom it knows, which nobody else would. */
  readyz(): readonly { readonly name: string; readonly ok: boolean }[];
  /** Listens for changes until the signal aborts, then drains and closes. */
  run(signal: AbortSignal): Promise<void>;
}

/**
 * The subscription service on Postgres, kept up to date by its notifications.
 *
 * @throws SubscriptionServiceError SUB_CONFIG_INVALID, SUB_LISTEN_FAILED
 */
export async function serveFromStore(options: ServeFromStoreOptions): Promise<ServedSubscriptions> {
  const { store, databaseUrl, random, ...rest } = options;
  const service = await startSubscriptionService({
    ...rest,
    source: storeSource(store),
    records: storeRecords(store),
  });
  return {
    address: service.address,
    livez: () => [],
    readyz: () => [{ name: 'listening', ok: true }],
    async run(signal) {
      const listening = listenForChanges({
        databaseUrl,
        random,
        signal,
        log: rest.log,
        clock: rest.clock,
        onChange(changed) {
          if (changed === 'all') service.invalidateAll();
          else for (const subscriptionId of changed) service.invalidate(subscriptionId);
        },
      });
      const working = service.run(signal);
      if (!signal.aborted) await once(signal, 'abort');
      // Side by side: a database that hangs must not keep answers in hand from being finished.
      await Promise.all([service.stop(), listening, working]);
    },
  };
}
