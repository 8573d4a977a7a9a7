import { isUuid, withoutNulls, type Queryable, type RowOf, type Store } from '../store/index.ts';
import { recordAudit } from './audit.ts';
import type { ChargeKey } from './charge-lock.ts';
import type { ActBy } from './grants.ts';
import { subjectOfCharge } from './queues.ts';
import { confirmRefundLocked, requestRefundLocked, type RefundRequest } from './refunds.ts';
import { pauseRefunds } from './shops.ts';
import { settleChargeLocked, type Settlement } from './settle.ts';

/** A charge as a person at a terminal names it. */
export interface NamedCharge extends ChargeKey {
  /** Short, and unique within the shop. */
  readonly handle: string;
  readonly shopName: string;
  readonly amountMinor: bigint;
  readonly refundedMinor: bigint;
  readonly currency: string;
  readonly subscriptionId: string | undefined;
}

/** The charges that a provider's charge id or a handle means, in any shop: ids are unique within shop and provider only. */
export async function findNamedCharges(db: Queryable, text: string, shopId?: string): Promise<NamedCharge[]> {
  const rows = await db.query<RowOf<NamedCharge>>(
    `select c.shop_id as "shopId", c.provider, c.charge_id as "chargeId", c.handle, h.name as "shopName",
       c.amount_minor as "amountMinor", c.refunded_minor as "refundedMinor", c.currency,
       (select o.subscription_id from wayleave.orders o where o.id = c.order_id) as "subscriptionId"
     from wayleave.charges c join wayleave.shops h on h.id = c.shop_id
     where (c.charge_id = $1 or c.handle = $2::uuid) and ($3::uuid is null or c.shop_id = $3)
     order by h.namespace, h.name, c.provider limit 20`,
    [text, isUuid(text) ? text : null, shopId ?? null],
  );
  return rows.map(withoutNulls);
}

/** Who, why, and what makes a call that is repeated the same act. */
export type ChargeAct = Required<ActBy>;

/**
 * Asks for a refund on behalf of a person, on record in the audit.
 *
 * @returns whether it was news: a call with the same request id changes nothing
 * @throws LedgerError what `requestRefund` throws
 */
export async function refundByPerson(
  store: Store,
  request: Omit<RefundRequest, 'requestedBy' | 'reason'>,
  act: ChargeAct,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const detail = request.amountMinor === undefined ? {} : { amountMinor: String(request.amountMinor) };
    if (!(await recordAct(tx, request, 'refund', detail, act))) return false;
    await requestRefundLocked(tx, { ...request, requestedBy: act.author, reason: act.reason });
    return true;
  });
}

/**
 * Decides about a charge in the queue on behalf of a person, on record in the audit.
 *
 * @returns whether it was news: a call with the same request id changes nothing
 * @throws LedgerError what `settleCharge` throws
 */
export async function settleByPerson(
  store: Store,
  key: ChargeKey,
  settlement: Settlement,
  act: ChargeAct,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const subscriptionId = settlement.kind === 'extend' ? settlement.subscriptionId : undefined;
    const detail = subscriptionId === undefined ? {} : { subscriptionId };
    if (!(await recordAct(tx, key, settlement.kind, detail, act))) return false;
    await settleChargeLocked(tx, key, settlement, act);
    return true;
  });
}

/**
 * Records that a person has sent the money of a charge back himself, where the provider cannot: from then on it is as if the
 * provider had confirmed it.
 *
 * @returns whether it was news
 */
export async function confirmByPerson(
  store: Store,
  { shopId, provider, chargeId }: ChargeKey,
  act: ChargeAct,
): Promise<boolean> {
  const key = { shopId, provider, chargeId };
  return store.transaction(async (tx) => {
    if (!(await recordAct(tx, key, 'refunded', {}, act))) return false;
    const refundKey = (await refusedKeyOf(tx, key)) ?? `by hand:${act.requestId}`;
    return (await confirmRefundLocked(tx, { ...key, refundKey, startedBy: act.author })) === 'confirmed';
  });
}

/** Key of the refund that was refused last, and that nobody has dealt with. */
async function refusedKeyOf(tx: Queryable, { shopId, provider, chargeId }: ChargeKey): Promise<string | undefined> {
  const [row] = await tx.query<{ refundKey: string }>(
    `select r.refund_key as "refundKey" from wayleave.refunds r join wayleave.charges c using (shop_id, provider, charge_id)
     where r.shop_id = $1 and r.provider = $2 and r.charge_id = $3 and r.state = 'refused'
       and (c.settled_at is null or c.settled_at < r.closed_at)
     order by r.closed_at desc limit 1`,
    [shopId, provider, chargeId],
  );
  return row?.refundKey;
}

/**
 * Stops the sending of refunds of a shop, or lets it go on, on record in the audit.
 *
 * @returns whether it was news: a call with the same request id changes nothing
 */
export async function pauseRefundsByPerson(
  store: Store,
  shopId: string,
  action: 'pause' | 'resume',
  { author, reason, requestId }: ChargeAct,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const cause = `${action}-refunds:${requestId}`;
    const audit = { shopId, actor: author, action: `${action}-refunds`, subject: 'refunds', detail: { reason }, cause };
    if (!(await recordAudit(tx, audit))) return false;
    await pauseRefunds(tx, shopId, action === 'pause' ? author : undefined);
    return true;
  });
}

/** The row waits for a transaction with the same cause that is under way, so that of two only one acts. */
function recordAct(
  tx: Queryable,
  key: ChargeKey,
  action: 'refunded' | Settlement['kind'],
  detail: Readonly<Record<string, string>>,
  { author, reason, requestId }: ChargeAct,
): Promise<boolean> {
  const { shopId, provider, chargeId } = key;
  const subject = subjectOfCharge(key);
  const cause = `${action}:${provider}:${chargeId}:${requestId}`;
  return recordAudit(tx, { shopId, actor: author, action, subject, detail: { ...detail, reason }, cause });
}
