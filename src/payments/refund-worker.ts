import { sleep, type Clock, type Random } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import {
  claimWork,
  confirmRefund,
  findRefund,
  finishWork,
  getShop,
  postponeWork,
  refuseRefund,
  retryDelayMs,
  type ClaimedWork,
  type RefundRecord,
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
  #wake = new AbortController();

  constructor(options: RefundWorkerOptions) {
    this.#options = options;
  }

  /** There may be work. */
  ring(): void {
    this.#wake.abort();
  }

  /** Works until the signal aborts, and resolves when nothing is under way any more. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const ring = (): void => {
      this.ring();
    };
    signal.addEventListener('abort', ring, { once: true });
    while (!signal.aborted) {
      this.#wake = new AbortController();
      let handled = 0;
      try {
        handled = await this.workOff();
      } catch (err) {
        log.warn({ err }, 'refunds cannot be worked off now, will try again');
      }
      if (signal.aborted) break;
      if (handled < batch) await sleep(clock, pollMs, this.#wake.signal);
    }
    signal.removeEventListener('abort', ring);
  }

  /** Handles what is due now, a batch at most. @returns how many that were */
  async workOff(): Promise<number> {
    const claimed = await claimWork(this.#options.store, 'refund', { limit: batch, leaseMs });
    await Promise.all(claimed.map((work) => this.#handle(work)));
    return claimed.length;
  }

  async #handle(work: ClaimedWork): Promise<void> {
    const { store, random, log } = this.#options;
    try {
      const waits = await this.#settle(work.key);
      if (waits === undefined) await finishWork(store, 'refund', work);
      else await postponeWork(store, 'refund', work, { afterMs: waits });
    } catch (thrown) {
      log.warn(
        { err: thrown, refund: work.key, attempts: work.attempts },
        'a refund could not be sent, will try again',
      );
      const asked = thrown instanceof PaymentError ? (thrown.retryAfterMs ?? 0) : 0;
      const afterMs = Math.max(asked, retryDelayMs(work.attempts, random));
      await postponeWork(store, 'refund', work, { afterMs, error: describeError(thrown).slice(0, 500) });
    }
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
