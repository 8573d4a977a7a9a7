import { ProgressWorker } from '../../bot/progress.ts';
import { RefundWorker } from '../../payments/refund-worker.ts';
import type { Doorbell } from './doorbell.ts';
import type { BotParts } from './parts.ts';
import type { ShopBots } from './shop-runner.ts';
import type { UnprovisionedGauge } from './unprovisioned.ts';

export interface WorkersOptions {
  readonly parts: BotParts;
  readonly shops: ShopBots;
  /** Rings when something is asked for. */
  readonly bell: Doorbell;
  /** Rings when the operator may have confirmed a delivery. */
  readonly deliveries: Doorbell;
  readonly unprovisioned: UnprovisionedGauge;
}

/** What every replica does for the shops that run in it: messages of orders, notices, refunds. Resolves after the abort. */
export async function runWorkers(
  { parts, shops, bell, deliveries, unprovisioned }: WorkersOptions,
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
      progress.ring();
    }, 'progress'),
    bell.listen(() => {
      refunds.ring();
    }, 'refund'),
    deliveries.listen(() => {
      progress.ring();
    }),
  ];
  try {
    await Promise.all([progress.run(signal), refunds.run(signal), unprovisioned.run(() => shops.all(), signal)]);
  } finally {
    for (const end of endings) end();
  }
}
