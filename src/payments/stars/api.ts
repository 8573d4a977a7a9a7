import { GrammyError, HttpError, type Api } from 'grammy/web';
import type { StarTransaction } from 'grammy/types';
import { WayleaveError } from '../../base/errors.ts';
import { PaymentError } from '../errors.ts';

/** What of the Bot API Stars need. Every method throws PaymentError, and StarsRefusal where Telegram said no. */
export interface StarsApi {
  /** Of the bot, the oldest first. @param page at most 100 of them */
  getStarTransactions(page: { readonly offset: number; readonly limit: number }): Promise<readonly StarTransaction[]>;
  refundStarPayment(userId: number, chargeId: string): Promise<void>;
}

/** Telegram understood a request and refuses it, in its own words. */
export class StarsRefusal extends PaymentError {
  /** Such as `Bad Request: CHARGE_NOT_FOUND`. */
  readonly description: string;

  constructor(method: string, description: string) {
    super('PAYMENT_REFUSED', `Telegram refuses ${method}: ${description}`, { retry: 'never' });
    this.description = description;
  }
}

/** Telegram answers in well under a second; grammY alone would wait for 500 s. */
const patienceMs = 15_000;

/** The Bot API as grammY calls it. */
export function starsApiOf(api: Pick<Api, 'getStarTransactions' | 'refundStarPayment'>): StarsApi {
  return {
    async getStarTransactions(page) {
      const { transactions } = await asked('getStarTransactions', (signal) => api.getStarTransactions(page, signal));
      return transactions;
    },
    async refundStarPayment(userId, chargeId) {
      await asked('refundStarPayment', (signal) => api.refundStarPayment(userId, chargeId, signal));
    },
  };
}

/** grammY's own type of a signal comes from a package that Node does not need; the two are the same thing. */
type GrammySignal = Parameters<Api['getMe']>[0];

async function asked<Answer>(method: string, call: (signal: GrammySignal) => Promise<Answer>): Promise<Answer> {
  try {
    return await call(AbortSignal.timeout(patienceMs) as unknown as GrammySignal);
  } catch (thrown) {
    throw toPaymentError(method, thrown);
  }
}

/** Errors of the network hold the bot's token in their address: nothing of them but their kind gets out. */
function toPaymentError(method: string, thrown: unknown): unknown {
  // The wiring may have taken the token out of it already.
  const isSilence = thrown instanceof HttpError || (thrown instanceof WayleaveError && thrown.retry === 'later');
  if (isSilence) {
    return new PaymentError('PAYMENT_UNREACHABLE', `Telegram did not answer ${method}`, { retry: 'later' });
  }
  if (!(thrown instanceof GrammyError)) return thrown;
  const { error_code: status, description, parameters } = thrown;
  if (status === 400 || status === 403) return new StarsRefusal(method, description);
  const retryAfterMs = parameters.retry_after === undefined ? undefined : parameters.retry_after * 1000;
  // A token that was revoked, a server in trouble, too much at once: none of it says anything about the payment.
  const code = status === 429 || status >= 500 ? 'PAYMENT_UNREACHABLE' : 'PAYMENT_REFUSED';
  const what = `Telegram answers ${method} with ${String(status)}: ${description}`;
  return new PaymentError(code, what, { retry: 'later', retryAfterMs });
}
