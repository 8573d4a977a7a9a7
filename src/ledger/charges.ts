import { uuidv7 } from 'uuidv7';
import type { Queryable, Store } from '../store/index.ts';
import { classifyCharge, type Disposition, type OrderFacts } from './classify.ts';
import { LedgerError } from './errors.ts';
import { grantOrder } from './grant-order.ts';
import { notify } from './notices.ts';
import { attemptsOf, lockOrder, lockOrderOf, type OrderRecord } from './orders.ts';
import { readPayload, type AttemptPayload } from './payload.ts';
import { requestRefundLocked } from './refunds.ts';
import { isRenewal } from './renewal.ts';
import { getShop, type ShopRecord } from './shops.ts';
import { storableJson } from './storable-json.ts';

/** A charge that a provider vouches for: signed, fetched from it, or decided by an admin of the shop. */
export interface VerifiedCharge {
  readonly shopId: string;
  readonly provider: string;
  /** Unique within shop and provider. */
  readonly chargeId: string;
  /** What we had the provider echo back, as it came. */
  readonly payload: string;
  /** The provider's id of who paid; absent when it does not say. */
  readonly payer: string | undefined;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** Whether it is real money. */
  readonly live: boolean;
  /** Epoch milliseconds, by the provider. */
  readonly paidAtMs: number;
  /** How we learned of it. */
  readonly source: 'update' | 'reconciliation' | 'admin';
  /** Who vouches, for the ledger: `telegram`, or an admin. */
  readonly author: string;
  /** A renewal that the provider collected by itself: it pays a new order of the same subscription. */
  readonly recurring: boolean;
  /**
   * It is one of a series of payments so far apart, and the provider does not say which: what is on record decides whether
   * it is `recurring`.
   */
  readonly renewsEverySeconds?: number;
  /** Whether money can be sent back through the provider. */
  readonly refundable: boolean;
  /** For the record; never shown. */
  readonly raw: object;
}

export interface RecordedCharge {
  readonly disposition: Disposition;
  /** It was on record before: nothing was done now. */
  readonly duplicate: boolean;
  readonly orderId: string | undefined;
}

/**
 * Records a charge and does what follows from it, in one transaction: grants its order, or sends surplus back, or leaves
 * it to a person. Told any number of times, in any order, from any replica, the outcome is the same.
 */
export async function recordCharge(store: Store, charge: VerifiedCharge): Promise<RecordedCharge> {
  // What is on record stays as it is, so books that are read again and again cost one look each.
  return (await findDisposition(store, charge)) ?? store.transaction((tx) => recordChargeLocked(tx, charge));
}

/** {@link recordCharge} within the caller's transaction. */
export async function recordChargeLocked(tx: Queryable, charge: VerifiedCharge): Promise<RecordedCharge> {
  const shop = await getShop(tx, charge.shopId);
  const payload = readPayload(charge.payload);
  const ours = payload?.shopId === shop.id ? payload : undefined;
  const named = ours === undefined ? undefined : await lockOrderOf(tx, shop.id, ours.orderId);
  const known = await findDisposition(tx, charge);
  if (known !== undefined) return known;
  const target = named === undefined ? undefined : await targetOf(tx, named, charge, ours);
  const facts = target && (await factsOf(tx, charge.provider, target.order, target.attempt));
  const verdict = classifyCharge(charge, shop.mode, ours !== undefined, facts);
  const { disposition } = verdict;
  const isNew = await insertCharge(tx, charge, { ...verdict, order: target?.order, attempt: target?.attempt });
  // Nobody holds a lock for a charge of no order: somebody else may just have recorded it.
  if (!isNew) {
    const other = await findDisposition(tx, charge);
    if (other !== undefined) return other;
    const what = `charge ${charge.chargeId} of ${charge.provider}`;
    throw new LedgerError('LEDGER_NONSENSE', `${what} is a second grant of its order`, { retry: 'later' });
  }
  if (target !== undefined) await actOn(tx, shop, target.order, charge, disposition);
  return { disposition, duplicate: false, orderId: target?.order.id };
}

interface Target {
  readonly order: OrderRecord;
  readonly attempt: number | undefined;
}

/** What the charge pays: the order that it names, or a new one where it renews that. */
async function targetOf(
  tx: Queryable,
  named: OrderRecord,
  charge: VerifiedCharge,
  payload: AttemptPayload | undefined,
): Promise<Target> {
  const { recurring, renewsEverySeconds } = charge;
  const renews =
    recurring || (renewsEverySeconds !== undefined && (await isRenewal(tx, named, { ...charge, renewsEverySeconds })));
  const renewal = renews ? await orderOfRenewal(tx, named, payload) : undefined;
  return renewal ?? { order: named, attempt: payload?.attempt };
}

/** @returns whether it was not there before */
async function insertCharge(
  tx: Queryable,
  charge: VerifiedCharge,
  verdict: {
    readonly disposition: Disposition;
    readonly reason: string;
    readonly order: OrderRecord | undefined;
    readonly attempt: number | undefined;
  },
): Promise<boolean> {
  const { order, attempt, disposition, reason } = verdict;
  const rows = await tx.query(
    `insert into wayleave.charges (shop_id, provider, charge_id, order_id, attempt, customer_id, payer, amount_minor,
       currency, live, disposition, reason, paid_at, recorded_at, source, raw)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, to_timestamp($13::double precision / 1000),
       wayleave.wall_clock(), $14, $15)
     on conflict do nothing returning charge_id`,
    [
      charge.shopId,
      charge.provider,
      charge.chargeId,
      order?.id,
      attempt,
      order?.customerId,
      charge.payer,
      charge.amountMinor,
      charge.currency,
      charge.live,
      disposition,
      reason,
      charge.paidAtMs,
      charge.source,
      storableJson(charge.raw),
    ],
  );
  return rows.length > 0;
}

async function actOn(
  tx: Queryable,
  shop: ShopRecord,
  order: OrderRecord,
  charge: VerifiedCharge,
  disposition: Disposition,
): Promise<void> {
  const { provider, chargeId, author } = charge;
  const about = { shopId: shop.id, customerId: order.customerId, subscriptionId: order.subscriptionId };
  const payload = { orderId: order.id, provider, currency: charge.currency, amountMinor: String(charge.amountMinor) };
  const told = { ...about, dedupe: `${provider}:${chargeId}`, payload, delivery: 'at-least-once' } as const;
  if (disposition === 'granted') {
    await grantOrder(tx, shop, order, { source: 'charge', author, reason: `charge ${chargeId} of ${provider}` });
    await notify(tx, { ...told, kind: 'paid' });
  } else if (disposition === 'surplus') {
    if (charge.refundable) {
      const by = { requestedBy: 'wayleave', reason: 'the order was paid twice' };
      await requestRefundLocked(tx, { shopId: shop.id, provider, chargeId, ...by });
    }
    await notify(tx, { ...told, kind: 'surplus', payload: { ...payload, refundable: charge.refundable ? 1 : 0 } });
  }
}

async function findDisposition(tx: Queryable, charge: VerifiedCharge): Promise<RecordedCharge | undefined> {
  const [row] = await tx.query<{ disposition: Disposition; orderId: string | null }>(
    `select disposition, order_id as "orderId" from wayleave.charges
     where shop_id = $1 and provider = $2 and charge_id = $3`,
    [charge.shopId, charge.provider, charge.chargeId],
  );
  if (row === undefined) return undefined;
  return { disposition: row.disposition, duplicate: true, orderId: row.orderId ?? undefined };
}

async function factsOf(
  tx: Queryable,
  provider: string,
  order: OrderRecord,
  number: number | undefined,
): Promise<OrderFacts> {
  const [row] = await tx.query<{
    granted: boolean;
    replacedByPaid: boolean;
    banned: boolean;
    telegramId: bigint | null;
  }>(
    `select exists (select from wayleave.charges g where g.order_id = o.id and g.disposition = 'granted') as granted,
       exists (
         with recursive later as (
           select r.* from wayleave.orders r where r.id = o.superseded_by
           union select r.* from wayleave.orders r join later l on r.id = l.superseded_by)
         select from later where state = 'paid') as "replacedByPaid",
       c.banned_at is not null as banned, c.telegram_id as "telegramId"
     from wayleave.orders o join wayleave.customers c on c.id = o.customer_id where o.id = $1`,
    [order.id],
  );
  const attempt = (await attemptsOf(tx, order.id)).find((one) => one.number === number);
  return {
    granted: row?.granted ?? false,
    replacedByPaid: row?.replacedByPaid ?? false,
    customerBanned: row?.banned ?? false,
    // Only Telegram knows payers by Telegram's ids.
    expectedPayer: provider === 'stars' ? row?.telegramId?.toString() : undefined,
    attempt: attempt && {
      provider: attempt.provider,
      amountMinor: attempt.price.minorUnits,
      currency: attempt.price.currency,
    },
  };
}

/** An order of its own for a renewal, with the terms and the price of the one that it renews. */
async function orderOfRenewal(
  tx: Queryable,
  first: OrderRecord,
  payload: AttemptPayload | undefined,
): Promise<Target | undefined> {
  const paid = (await attemptsOf(tx, first.id)).find(({ number }) => number === payload?.attempt);
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
  return { order: await lockOrder(tx, id), attempt: 1 };
}
