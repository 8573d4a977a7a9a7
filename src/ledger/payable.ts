import type { Queryable } from '../store/index.ts';
import { readPayload } from './payload.ts';

export interface PaymentQuestion {
  readonly shopId: string;
  /** As the provider echoes it. */
  readonly payload: string;
  /** Telegram's id of who is about to pay. */
  readonly payer: number;
  readonly currency: string;
  readonly amountMinor: bigint;
}

/** Why a payment would buy nothing; each is a text of the bot. */
export type PayableVerdict = 'payable' | 'unknown' | 'payer' | 'banned' | 'paid' | 'closed' | 'expired' | 'price';

export interface Payable {
  readonly verdict: PayableVerdict;
  /** The customer's, where the order is known. */
  readonly language?: string;
}

interface Facts {
  readonly telegramId: bigint | null;
  readonly language: string | null;
  readonly banned: boolean;
  readonly state: string;
  readonly expired: boolean;
  readonly open: boolean;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
}

/**
 * Whether a payment that is about to be made would buy its order: asked before money moves, from one query. What is paid
 * all the same is recorded by `recordCharge`, whatever was said here.
 */
export async function checkPayable(db: Queryable, question: PaymentQuestion): Promise<Payable> {
  const payload = readPayload(question.payload);
  if (payload?.shopId !== question.shopId) return { verdict: 'unknown' };
  const [facts] = await db.query<Facts>(
    {
      name: 'check-payable',
      text: `
        select c.telegram_id as "telegramId", c.language, c.banned_at is not null as banned, o.state,
          o.expires_at <= wayleave.wall_clock() and o.review_since is null as expired,
          a.number is not null and a.closed_at is null as open, a.amount_minor as "amountMinor", a.currency
        from wayleave.orders o join wayleave.customers c on c.id = o.customer_id
        left join wayleave.attempts a on a.order_id = o.id and a.number = $3 and a.provider = 'stars'
        where o.shop_id = $1 and o.id = $2`,
    },
    [question.shopId, payload.orderId, payload.attempt],
  );
  if (facts === undefined) return { verdict: 'unknown' };
  return { verdict: judge(facts, question), ...(facts.language === null ? {} : { language: facts.language }) };
}

function judge(facts: Facts, { payer, currency, amountMinor }: PaymentQuestion): PayableVerdict {
  if (facts.telegramId !== BigInt(payer)) return 'payer';
  if (facts.banned) return 'banned';
  if (facts.state === 'paid') return 'paid';
  if (facts.state === 'expired' || (facts.state === 'pending' && facts.expired)) return 'expired';
  if (facts.state !== 'pending' || !facts.open) return 'closed';
  return facts.amountMinor === amountMinor && facts.currency === currency ? 'payable' : 'price';
}
