import type { StarTransaction } from 'grammy/types';
import { PaymentError } from '../errors.ts';
import type {
  Invoice,
  PaymentProvider,
  PaymentRequest,
  ProviderReport,
  RefundOrder,
  RefundOutcome,
} from '../provider.ts';
import { StarsRefusal, type StarsApi } from './api.ts';
import { readTransaction } from './transactions.ts';

/** As many as Telegram gives at once. */
const pageSize = 100;

/**
 * What a forwarded invoice leads to instead of a Pay button: with an empty one, everybody who gets a copy could pay it.
 */
const startParameter = 'shop';

/** Telegram Stars: Telegram takes the money, pushes `successful_payment`, keeps the books, and sends money back. */
export class StarsProvider implements PaymentProvider {
  readonly id = 'stars';
  readonly capabilities = {
    pushes: true,
    canPoll: true,
    canRefund: true,
    canRefundPartly: false,
    needsReview: false,
  } as const;

  readonly #api: StarsApi;
  readonly #live: boolean;

  /** @param options.live whether these Stars are real money */
  constructor(api: StarsApi, { live }: { readonly live: boolean }) {
    this.#api = api;
    this.#live = live;
  }

  request({ price }: Invoice): Promise<PaymentRequest> {
    if (price.currency === 'XTR') return Promise.resolve({ kind: 'telegram-invoice', startParameter });
    return Promise.reject(
      new PaymentError('PAYMENT_UNSUPPORTED', `Stars are XTR and cannot pay a price in ${price.currency}`, {
        retry: 'never',
      }),
    );
  }

  /**
   * Reads the next page of the bot's Star ledger, and the page before it once more, in case Telegram put something in
   * there meanwhile. The cursor is how many transactions were read: the ledger only grows, so a shorter one is that of
   * another bot, and is read from its beginning.
   */
  async poll(cursor: string): Promise<ProviderReport> {
    const offset = /^[0-9]{1,12}$/.test(cursor) ? Number(cursor) : 0;
    const overlap = Math.min(offset, pageSize);
    const before =
      overlap === 0 ? [] : await this.#api.getStarTransactions({ offset: offset - overlap, limit: overlap });
    if (before.length < overlap) return { ...this.#report(before, 0), cursor: '0', more: true };
    const fresh = await this.#api.getStarTransactions({ offset, limit: pageSize });
    return {
      ...this.#report([...before, ...fresh], before.length),
      cursor: String(offset + fresh.length),
      more: fresh.length === pageSize,
    };
  }

  async refund({ chargeId, payer }: RefundOrder): Promise<RefundOutcome> {
    if (payer === undefined || !/^[1-9][0-9]{0,15}$/.test(payer)) {
      return {
        kind: 'refused',
        reason: 'Telegram sends Stars back to a user, and the charge does not say whose it was',
      };
    }
    try {
      await this.#api.refundStarPayment(Number(payer), chargeId);
      return { kind: 'confirmed' };
    } catch (thrown) {
      if (!(thrown instanceof StarsRefusal)) throw thrown;
      // What became of an answer that was lost: Telegram refunds a charge once, and says so ever after.
      if (thrown.description.includes('CHARGE_ALREADY_REFUNDED')) return { kind: 'confirmed' };
      if (thrown.description.includes('BALANCE_TOO_LOW')) {
        throw new PaymentError('PAYMENT_REFUSED', 'the bot has too few Stars to send a payment back', {
          retry: 'later',
          cause: thrown,
        });
      }
      return { kind: 'refused', reason: thrown.description };
    }
  }

  /** @param seenBefore so many at the beginning were counted already */
  #report(transactions: readonly StarTransaction[], seenBefore: number): Omit<ProviderReport, 'cursor' | 'more'> {
    const entries = transactions.map((transaction) => readTransaction(transaction, this.#live));
    return {
      charges: entries.flatMap((entry) => (entry.kind === 'charge' ? [entry.charge] : [])),
      refunds: entries.flatMap((entry) => (entry.kind === 'refund' ? [entry.refund] : [])),
      ignored: entries.slice(seenBefore).filter(({ kind }) => kind === 'other').length,
    };
  }
}
