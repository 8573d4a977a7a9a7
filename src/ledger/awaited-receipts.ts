import { isCurrency, type Money } from '../api/index.ts';
import type { Queryable } from '../store/index.ts';
import { LedgerError } from './errors.ts';

/** An order that a picture which nobody asked for may be the receipt of. */
export interface AwaitedReceipt {
  readonly orderId: string;
  /** The newest transfer that it can be paid by. */
  readonly attempt: number;
  /** Of what is bought; per language. */
  readonly title: Readonly<Record<string, string>>;
  readonly price: Money;
  /** It can still be paid: it has neither run out nor been canceled. */
  readonly isOpen: boolean;
  /** A receipt of it is there, and waits for a person. */
  readonly isWaiting: boolean;
}

/** A transfer is made with another app, and may be shown after its order has ended. */
const lateDays = 7;

/**
 * Orders of a customer that may be paid by transfer: those that are open, also after a decline, those with a receipt that
 * waits, and those that ended unpaid within a week. What may still be paid comes first, then what is newer.
 */
export async function awaitedReceipts(db: Queryable, shopId: string, customerId: string): Promise<AwaitedReceipt[]> {
  const rows = await db.query<Omit<AwaitedReceipt, 'price'> & { minorUnits: bigint; currency: string }>(
    `select o.id as "orderId", a.number as attempt, o.terms -> 'title' as title, a.amount_minor as "minorUnits",
       a.currency, o.state = 'pending' as "isOpen", w.waits as "isWaiting"
     from wayleave.orders o
     join lateral (
       select number, amount_minor, currency from wayleave.attempts
       where order_id = o.id and provider = 'manual' order by number desc limit 1) a on true
     cross join lateral (
       select exists (select from wayleave.transfers t where t.order_id = o.id and t.decision is null) as waits) w
     where o.shop_id = $1 and o.customer_id = $2 and (o.state = 'pending' or w.waits or
       o.state in ('expired', 'canceled') and o.closed_at > wayleave.wall_clock() - make_interval(days => $3))
     order by (o.state = 'pending' or w.waits) desc, o.created_at desc, o.id desc limit 8`,
    [shopId, customerId, lateDays],
  );
  return rows.map(({ minorUnits, currency, ...row }) => {
    if (!isCurrency(currency)) {
      throw new LedgerError('LEDGER_NONSENSE', `attempt ${String(row.attempt)} of ${row.orderId} is in ${currency}`, {
        retry: 'never',
      });
    }
    return { ...row, price: { currency, minorUnits } };
  });
}
