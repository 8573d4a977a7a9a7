import { uuidv7 } from 'uuidv7';
import type { Queryable } from '../store/index.ts';
import type { OrderFacts } from './classify.ts';
import { LedgerError } from './errors.ts';
import { attemptsOf, lockOrder, lockOrderIfAny, type OrderRecord } from './orders.ts';
import type { AttemptPayload } from './payload.ts';
import { isRenewal } from './renewal.ts';
import { toKnown, type KnownRow, type RecordedCharge, type VerifiedCharge } from './verified-charge.ts';

/** What a charge pays: the order that it names, or a new one where it renews that. */
interface Target {
  readonly order: OrderRecord;
  readonly attempt: number;
  readonly facts: OrderFacts;
  /** What became of the charge, where somebody else recorded it while the order was waited for. */
  readonly known: RecordedCharge | undefined;
}

/** Locks the order that a charge names, and finds out all that decides over it. @returns nothing without such an order */
export async function lockTarget(
  tx: Queryable,
  charge: VerifiedCharge,
  { orderId, attempt }: AttemptPayload,
): Promise<Target | undefined> {
  const named = await lockOrderIfAny(tx, orderId, charge.shopId);
  if (named === undefined) return undefined;
  const target = { order: named, attempt, ...(await factsOf(tx, charge, named, attempt)) };
  if (target.known !== undefined || !(await isToRenew(tx, charge, named))) return target;
  const renewal = await orderOfRenewal(tx, named, attempt);
  if (renewal === undefined) return target;
  return { order: renewal, attempt: 1, ...(await factsOf(tx, charge, renewal, 1)) };
}

async function isToRenew(tx: Queryable, charge: VerifiedCharge, first: OrderRecord): Promise<boolean> {
  const { recurring, renewsEverySeconds } = charge;
  if (recurring || renewsEverySeconds === undefined) return recurring;
  return isRenewal(tx, first, { ...charge, renewsEverySeconds });
}

interface FactsRow extends KnownRow {
  readonly granted: boolean;
  readonly replacedByPaid: boolean;
  readonly banned: boolean;
  readonly telegramId: bigint | null;
  readonly attemptProvider: string | null;
  readonly amountMinor: bigint | null;
  readonly currency: string | null;
}

const factsStatement = {
  name: 'facts-of-charge',
  text: `
    select exists (select from wayleave.charges g where g.order_id = o.id and g.disposition = 'granted') as granted,
      exists (
        with recursive later as (
          select r.id, r.superseded_by, r.state from wayleave.orders r where r.id = o.superseded_by
          union select r.id, r.superseded_by, r.state from wayleave.orders r join later l on r.id = l.superseded_by)
        select from later where state = 'paid') as "replacedByPaid",
      c.banned_at is not null as banned, c.telegram_id as "telegramId",
      a.provider as "attemptProvider", a.amount_minor as "amountMinor", a.currency, k.disposition, k.order_id as "orderId"
    from wayleave.orders o join wayleave.customers c on c.id = o.customer_id
    left join wayleave.attempts a on a.order_id = o.id and a.number = $2
    left join wayleave.charges k on k.shop_id = $3 and k.provider = $4 and k.charge_id = $5
    where o.id = $1`,
};

/** Apart from the locking of the order, which would show all this as it was before the lock was waited for. */
async function factsOf(
  tx: Queryable,
  { shopId, provider, chargeId }: VerifiedCharge,
  order: OrderRecord,
  attempt: number,
): Promise<Pick<Target, 'facts' | 'known'>> {
  const [row] = await tx.query<FactsRow>(factsStatement, [order.id, attempt, shopId, provider, chargeId]);
  if (row === undefined) throw new LedgerError('LEDGER_NONSENSE', `order ${order.id} is gone`, { retry: 'later' });
  const { granted, replacedByPaid, banned, telegramId, attemptProvider, amountMinor, currency } = row;
  const isOnRecord = attemptProvider !== null && amountMinor !== null && currency !== null;
  const facts = {
    granted,
    replacedByPaid,
    customerBanned: banned,
    // Only Telegram knows payers by Telegram's ids.
    expectedPayer: provider === 'stars' ? telegramId?.toString() : undefined,
    attempt: isOnRecord ? { provider: attemptProvider, amountMinor, currency } : undefined,
  };
  return { facts, known: toKnown(row) };
}

/** An order of its own for a renewal, with the terms and the price of the one that it renews, and attempt 1. */
async function orderOfRenewal(tx: Queryable, first: OrderRecord, attempt: number): Promise<OrderRecord | undefined> {
  const paid = (await attemptsOf(tx, first.id)).find(({ number }) => number === attempt);
  if (paid === undefined) return undefined;
  const id = uuidv7();
  await tx.query(
    `insert into wayleave.orders (id, shop_id, customer_id, subscription_id, plan_name, terms, renews, state, expires_at, created_at, closed_at)
     values ($1, $2, $3, $4, $5, $6, $7, 'expired', wayleave.wall_clock(), wayleave.wall_clock(), wayleave.wall_clock())`,
    [id, first.shopId, first.customerId, first.subscriptionId, first.terms.plan, JSON.stringify(first.terms), first.id],
  );
  await tx.query(
    `insert into wayleave.attempts (order_id, number, method, provider, amount_minor, currency)
     values ($1, 1, $2, $3, $4, $5)`,
    [id, paid.method, paid.provider, paid.price.minorUnits, paid.price.currency],
  );
  return lockOrder(tx, id);
}
