import { Gauge, type Registry } from 'prom-client';
import { sleep, type Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { oldestUnprovisionedSeconds } from '../../ledger/index.ts';
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

/** The figure to be woken by: how long the oldest paid order has waited for enough panels. One per process. */
export class UnprovisionedGauge {
  readonly #gauge: Gauge<'shop'>;
  readonly #options: UnprovisionedOptions;

  constructor(options: UnprovisionedOptions) {
    this.#options = options;
    this.#gauge = new Gauge({
      name: 'wayleave_paid_unprovisioned_seconds',
      help: 'Age of the oldest paid order that has not reached enough panels, by shop; 0 for none.',
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
        log.warn({ err }, 'how long paid orders have waited is not known now, the last figure stays');
      }
      await sleep(clock, everyMs, signal);
    }
  }

  async #look(shops: readonly ObservedShop[]): Promise<void> {
    const ages = await Promise.all(
      shops.map(
        async ({ key, record }) => [key, await oldestUnprovisionedSeconds(this.#options.store, record.id)] as const,
      ),
    );
    // All at once, so that a shop that went leaves no series behind and none is missing in between.
    this.#gauge.reset();
    for (const [shop, seconds] of ages) this.#gauge.set({ shop }, seconds);
  }
}
