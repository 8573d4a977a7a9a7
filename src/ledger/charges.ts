import type { Queryable, Store } from '../store/index.ts';
import { lockTarget } from './charge-target.ts';
import { classifyCharge, type Disposition } from './classify.ts';
import { LedgerError } from './errors.ts';
import { grantOrder } from './grant-order.ts';
import { notify } from './notices.ts';
import type { OrderRecord } from './orders.ts';
import { readPayload } from './payload.ts';
import { requestRefundLocked } from './refunds.ts';
import { unknownShop, type ShopRecord } from './shops.ts';
import { storableJson } from './storable-json.ts';
import { toKnown, type KnownRow, type RecordedCharge, type VerifiedCharge } from './verified-charge.ts';

/** What of a shop decides over a charge, and never changes. */
type ShopOfCharge = Pick<ShopRecord, 'id' | 'namespace' | 'name' | 'mode'>;

/**
 * Records a charge and does what follows from it, in one transaction: grants its order, or sends surplus back, or leaves
 * it to a person. Told any number of times, in any order, from any replica, the outcome is the same.
 */
export async function recordCharge(store: Store, charge: VerifiedCharge): Promise<RecordedCharge> {
  // What is on record stays as it is, so books that are read again and again cost one look each.
  const { shop, known } = await lookUp(store, charge);
  return known ?? store.transaction((tx) => record(tx, shop, charge));
}

/** {@link recordCharge} within the caller's transaction. */
export async function recordChargeLocked(tx: Queryable, charge: VerifiedCharge): Promise<RecordedCharge> {
  const { shop, known } = await lookUp(tx, charge);
  return known ?? record(tx, shop, charge);
}

const lookUpStatement = {
  name: 'look-up-charge',
  text: `
    select h.id, h.namespace, h.name, h.mode, k.disposition, k.order_id as "orderId"
    from wayleave.shops h
    left join wayleave.charges k on k.shop_id = h.id and k.provider = $2 and k.charge_id = $3
    where h.id = $1`,
};

async function lookUp(
  db: Queryable,
  { shopId, provider, chargeId }: VerifiedCharge,
): Promise<{ readonly shop: ShopOfCharge; readonly known: RecordedCharge | undefined }> {
  const [row] = await db.query<ShopOfCharge & KnownRow>(lookUpStatement, [shopId, provider, chargeId]);
  if (row === undefined) throw unknownShop(shopId);
  const { id, namespace, name, mode } = row;
  return { shop: { id, namespace, name, mode }, known: toKnown(row) };
}

async function record(tx: Queryable, shop: ShopOfCharge, charge: VerifiedCharge): Promise<RecordedCharge> {
  const payload = readPayload(charge.payload);
  const ours = payload?.shopId === shop.id ? payload : undefined;
  const target = ours && (await lockTarget(tx, charge, ours));
  if (target?.known !== undefined) return target.known;
  const verdict = classifyCharge(charge, shop.mode, ours !== undefined, target?.facts);
  const { disposition } = verdict;
  const isNew = await insertCharge(tx, charge, { ...verdict, order: target?.order, attempt: target?.attempt });
  // Nobody holds a lock for a charge of no order: somebody else may just have recorded it.
  if (!isNew) {
    const { known } = await lookUp(tx, charge);
    if (known !== undefined) return known;
    const what = `charge ${charge.chargeId} of ${charge.provider}`;
    throw new LedgerError('LEDGER_NONSENSE', `${what} is a second grant of its order`, { retry: 'later' });
  }
  if (target !== undefined) await actOn(tx, shop, target.order, charge, disposition);
  return { disposition, duplicate: false, orderId: target?.order.id };
}

const insertStatement = {
  name: 'insert-charge',
  text: `
    insert into wayleave.charges (shop_id, provider, charge_id, order_id, attempt, customer_id, payer, amount_minor,
      currency, live, disposition, reason, paid_at, recorded_at, source, raw)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, to_timestamp($13::double precision / 1000),
      wayleave.wall_clock(), $14, $15)
    on conflict do nothing returning charge_id`,
};

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
  const rows = await tx.query(insertStatement, [
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
  ]);
  return rows.length > 0;
}

async function actOn(
  tx: Queryable,
  shop: ShopOfCharge,
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
