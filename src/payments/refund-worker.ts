import { Bell, workUntil } from '../base/bell.ts';
import type { Clock, Random } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import {
  claimWork,
  confirmRefund,
  findRefund,
  getShop,
  handleWork,
  refuseRefund,
  type RefundRecord,
  type WorkHandling,
} from '../ledger/index.ts';
import type { Store } from '../store/index.ts';
import { PaymentError } from './errors.ts';
import type { Failpoint } from './failpoints.ts';
import type { PaymentMetrics } from './metrics.ts';
import type { PaymentProvider } from './provider.ts';

export interface RefundWorkerOptions {
  readonly store: Store;
  /** Those of a shop that runs here; nothing for any other. */
  readonly providersOf: (shopId: string) => readonly PaymentProvider[] | undefined;
  readonly metrics: PaymentMetrics;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly failpoint: Failpoint;
}

/** Longer than a provider may take to answer, so that a claim outlives the call that it is for. */
const leaseMs = 60_000;
const batch = 8;
/** How soon work is looked for without a doorbell. */
const pollMs = 1_000;
/** How soon a refund that has to wait for somebody else is looked at again. */
const waitMs = 15_000;
/** How soon a refund of a shop that does not run here is looked at again: after a start that is a matter of seconds. */
const elsewhereMs = 2_000;

/**
 * Sends the refunds that were asked for, on any number of replicas. A kill between sending and confirming sends it again:
 * the provider knows the charge or our id of the refund, sends it once, and says so. Money is never thought to be back
 * before the provider has said it.
 */
export class RefundWorker {
  readonly #options: RefundWorkerOptions;
  readonly #bell = new Bell();

  constructor(options: RefundWorkerOptions) {
    this.#options = options;
  }

  /** There may be work. */
  ring(): void {
    this.#bell.ring();
  }

  /** Works until the signal aborts, and resolves when nothing is under way any more. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    await workUntil(signal, this.#bell, {
      pollMs,
      workOnce: () => this.workOff(),
      isMore: (handled) => handled >= batch,
      clock,
      log,
      what: 'refunds are not sent',
    });
  }

  /** Handles what is due now, a batch at most. @returns how many that were */
  async workOff(): Promise<number> {
    const { store, random, log } = this.#options;
    const claimed = await claimWork(store, 'refund', { limit: batch, leaseMs });
    const handling: WorkHandling = {
      store,
      topic: 'refund',
      attempt: (refundId) => this.#settle(refundId),
      pauseMs: (thrown, usualMs) => Math.max(thrown instanceof PaymentError ? (thrown.retryAfterMs ?? 0) : 0, usualMs),
      random,
      log,
      what: 'a refund could not be sent',
    };
    await Promise.all(claimed.map((work) => handleWork(work, handling)));
    return claimed.length;
  }

  /** @returns how long to wait, when it cannot be sent yet */
  async #settle(refundId: string): Promise<number | undefined> {
    const { store, providersOf } = this.#options;
    const refund = await findRefund(store, refundId);
    if (refund?.state !== 'requested') return undefined;
    const shop = await getShop(store, refund.shopId);
    if (shop.refundsPausedAtMs !== undefined) return waitMs;
    const providers = providersOf(refund.shopId);
    // Another replica may run that shop, or it is about to start.
    if (providers === undefined) return elsewhereMs;
    const provider = providers.find(({ id }) => id === refund.provider);
    if (provider === undefined) {
      throw new PaymentError(
        'PAYMENT_UNSUPPORTED',
        `shop ${shop.namespace}/${shop.name} has no usable method of provider ${refund.provider}: enable one to send refund ${refundId}`,
        { retry: 'later' },
      );
    }
    await this.#send(refund, provider);
    return undefined;
  }

  async #send(refund: RefundRecord, provider: PaymentProvider): Promise<void> {
    const { store, metrics, failpoint } = this.#options;
    const { id: refundId, chargeId, amountMinor, currency, payer } = refund;
    await failpoint('refund.before-send');
    try {
      const outcome = await provider.refund({ refundId, chargeId, amountMinor, currency, payer });
      await failpoint('refund.after-send');
      if (outcome.kind === 'refused') await refuseRefund(store, refundId, outcome.reason);
      else await confirmRefund(store, { ...refund, startedBy: refund.requestedBy });
      await failpoint('refund.after-confirm');
      metrics.refundEnded(provider.id, outcome.kind);
    } catch (thrown) {
      metrics.refundEnded(provider.id, 'failed');
      throw thrown;
    }
  }
}
