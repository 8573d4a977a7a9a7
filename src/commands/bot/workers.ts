import { Gauge } from 'prom-client';
import { ProgressWorker } from '../../bot/progress.ts';
import { oldestUnprovisionedSeconds } from '../../ledger/index.ts';
import { RefundWorker } from '../../payments/refund-worker.ts';
import type { Bell } from './bells.ts';
import type { BotParts } from './parts.ts';
import type { ShopBots } from './shop-runner.ts';

export interface WorkersOptions {
  readonly parts: BotParts;
  readonly shops: ShopBots;
  /** Rings when something is asked for. */
  readonly bell: Bell;
  /** Rings when the operator may have confirmed a delivery. */
  readonly deliveries: Bell;
}

/** What every replica does for the shops that run in it: messages of orders, notices, refunds. Resolves after the abort. */
export async function runWorkers(
  { parts, shops, bell, deliveries }: WorkersOptions,
  signal: AbortSignal,
): Promise<void> {
  const { store, metrics, clock, random, log, failpoint } = parts;
  const common = { store, clock, random, log };
  const progress = new ProgressWorker({ ...common, shopOf: (id) => shops.byId(id)?.shop });
  const refunds = new RefundWorker({
    ...common,
    metrics: metrics.payments,
    failpoint,
    providersOf: (id) => shops.byId(id)?.providers,
  });
  const endings = [
    bell.listen(() => {
      progress.wake();
      refunds.ring();
    }),
    deliveries.listen(() => {
      progress.wake();
    }),
  ];
  observeUnprovisioned(parts, shops);
  try {
    await Promise.all([progress.run(signal), refunds.run(signal)]);
  } finally {
    for (const end of endings) end();
  }
}

/** The figure to be woken by: how long the oldest paid order has waited for enough panels. */
function observeUnprovisioned({ registry, store }: BotParts, shops: ShopBots): void {
  new Gauge({
    name: 'wayleave_paid_unprovisioned_seconds',
    help: 'Age of the oldest paid order that has not reached enough panels, by shop; 0 for none.',
    labelNames: ['shop'],
    registers: [registry],
    async collect() {
      this.reset();
      for (const { key, record } of shops.all()) {
        this.set({ shop: key }, await oldestUnprovisionedSeconds(store, record.id));
      }
    },
  });
}
