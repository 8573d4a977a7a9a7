import type { AddressInfo } from 'node:net';

import { type Random, untilAborted } from '../base/clock.ts';
import { createPages } from './page/render-page.ts';
import { listenForChanges, type Queryable } from '../store/index.ts';
import { startSubscriptionService, type SubscriptionServiceOptions } from './service.ts';
import { storeRecords } from './store-records.ts';
import { storeSource } from './store-source.ts';

export interface ServeFromStoreOptions extends Omit<SubscriptionServiceOptions, 'source' | 'records' | 'pages'> {
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
  /**
   * Listens for changes and answers, until it has to close.
   *
   * @param signal aborts when it is asked to stop; balancers do not know yet
   * @param closing aborts when they do; at once unless it is given
   */
  run(signal: AbortSignal, closing?: AbortSignal): Promise<void>;
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
    pages: createPages(),
  });
  return {
    address: service.address,
    livez: () => [],
    readyz: () => [{ name: 'listening', ok: true }],
    async run(signal, closing = signal) {
      const listening = listenForChanges({
        databaseUrl,
        random,
        signal: closing,
        log: rest.log,
        clock: rest.clock,
        onChange(changed) {
          if (changed === 'all') service.invalidateAll();
          else for (const subscriptionId of changed) service.invalidate(subscriptionId);
        },
      });
      const working = service.run(closing);
      await untilAborted(signal);
      service.drain();
      await untilAborted(closing);
      // Side by side: a database that hangs must not keep answers in hand from being finished.
      await Promise.all([service.stop(), listening, working]);
    },
  };
}
