import { Gauge, type Registry } from 'prom-client';
import { sleep, type Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { unprovisionedOrders } from '../../ledger/index.ts';
import { promisedSeconds } from '../../payments/metrics.ts';
import type { Store } from '../../store/index.ts';

interface ObservedShop {
  /** `namespace/name`. */
  readonly key: string;
  readonly record: { readonly id: string };
}

export interface UnprovisionedOptions {
  readonly registry: Registry;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
}

const everyMs = 5_000;

/** The figures to be woken by: how long paid orders have waited for enough panels, and how many too long. One per process. */
export class UnprovisionedGauge {
  readonly #oldest: Gauge<'shop'>;
  readonly #late: Gauge<'shop'>;
  readonly #options: UnprovisionedOptions;

  constructor(options: UnprovisionedOptions) {
    this.#options = options;
    this.#oldest = new Gauge({
      name: 'wayleave_paid_unprovisioned_seconds',
      help: 'Age of the oldest paid order that has not reached enough panels, by shop; 0 for none.',
      labelNames: ['shop'],
      registers: [options.registry],
    });
    this.#late = new Gauge({
      name: 'wayleave_orders_late',
      help: `Paid orders that have waited for enough panels for more than ${String(promisedSeconds)} s, by shop.`,
      labelNames: ['shop'],
      registers: [options.registry],
    });
  }

  /**
   * Looks every few seconds until the signal aborts. Never rejects.
   *
   * Not when somebody scrapes: a database that is away would take all other figures with it, just when they are needed.
   *
   * @param shops those that run in this process now
   */
  async run(shops: () => readonly ObservedShop[], signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#look(shops());
      } catch (err) {
        log.warn({ err }, 'how long paid orders have waited is not known now, the last figures stay');
      }
      await sleep(clock, everyMs, signal);
    }
  }

  async #look(shops: readonly ObservedShop[]): Promise<void> {
    const waiting = await Promise.all(
      shops.map(
        async ({ key, record }) =>
          [key, await unprovisionedOrders(this.#options.store, record.id, promisedSeconds)] as const,
      ),
    );
    // All at once, so that a shop that went leaves no series behind and none is missing in between.
    this.#oldest.reset();
    this.#late.reset();
    for (const [shop, { oldestSeconds, late }] of waiting) {
      this.#oldest.set({ shop }, oldestSeconds);
      this.#late.set({ shop }, late);
    }
  }
}
