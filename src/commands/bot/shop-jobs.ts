import type { Shop } from '../../bot/context.ts';
import { closeExpiredOrders } from '../../bot/expired-orders.ts';
import { noticeJobs } from '../../bot/notices/jobs.ts';
import type { ShopRecord } from '../../ledger/index.ts';
import type { Job } from '../../payments/jobs.ts';
import type { PaymentProvider } from '../../payments/provider.ts';
import { shopJobs } from '../../payments/shop-jobs.ts';
import type { BotParts } from './parts.ts';

export interface LedShop {
  readonly record: ShopRecord;
  readonly shop: Shop;
  readonly providers: readonly PaymentProvider[];
}

/** Everything that whoever leads a shop does for it again and again. */
export function jobsOf(parts: BotParts, { record, shop, providers }: LedShop): readonly Job[] {
  const { store, metrics, log, failpoint, onDelivery, tracer } = parts;
  const shopId = record.id;
  return [
    ...shopJobs({ store, shopId, providers, metrics: metrics.payments, log, failpoint, onDelivery, tracer }),
    ...noticeJobs(shop, metrics.notices),
    {
      name: 'expire-orders',
      everyMs: 30_000,
      timeoutMs: 60_000,
      run: async () => ((await closeExpiredOrders(shop)) >= 500 ? 'more' : 'done'),
    },
  ];
}
