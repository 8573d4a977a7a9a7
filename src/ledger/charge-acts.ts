import { isUuid, type Queryable, type Store } from '../store/index.ts';
import { recordAudit } from './audit.ts';
import type { ActBy } from './grants.ts';
import { subjectOfCharge } from './queues.ts';
import { confirmRefund, requestRefundLocked, type ChargeKey } from './refunds.ts';
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
  /** Key of a refund that was refused and that nobody has dealt with. */
  readonly refusedKey: string | undefined;
}

interface NamedChargeRow extends Omit<NamedCharge, 'subscriptionId' | 'refusedKey'> {
  readonly subscriptionId: string | null;
  readonly refusedKey: string | null;
}

/** The charges that a provider's charge id or a handle means, in any shop: ids are unique within shop and provider only. */
export async function findNamedCharges(db: Queryable, text: string, shopId?: string): Promise<NamedCharge[]> {
  const rows = await db.query<NamedChargeRow>(
    `select c.shop_id as "shopId", c.provider, c.charge_id as "chargeId", c.handle, h.name as "shopName",
       c.amount_minor as "amountMinor", c.refunded_minor as "refundedMinor", c.currency,
       (select o.subscription_id from wayleave.orders o where o.id = c.order_id) as "subscriptionId",
       (select r.refund_key from wayleave.refunds r where r.shop_id = c.shop_id and r.provider = c.provider
          and r.charge_id = c.charge_id and r.state = 'refused'
          and (c.settled_at is null or c.settled_at < r.closed_at)
        order by r.closed_at desc limit 1) as "refusedKey"
     from wayleave.charges c join wayleave.shops h on h.id = c.shop_id
     where (c.charge_id = $1 or c.handle = $2::uuid) and ($3::uuid is null or c.shop_id = $3)
     order by h.namespace, h.name, c.provider limit 20`,
    [text, isUuid(text) ? text : null, shopId ?? null],
  );
  return rows.map((row) => ({
    ...row,
    subscriptionId: row.subscriptionId ?? undefined,
    refusedKey: row.refusedKey ?? undefined,
  }));
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
  { amountMinor, ...key }: ChargeKey & { readonly amountMinor?: bigint },
  act: ChargeAct,
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const detail = amountMinor === undefined ? {} : { amountMinor: String(amountMinor) };
    if (!(await recordAct(tx, key, 'refund', detail, act))) return false;
    const amount = amountMinor === undefined ? {} : { amountMinor };
    await requestRefundLocked(tx, { ...key, ...amount, requestedBy: act.author, reason: act.reason });
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
  { shopId, provider, chargeId, refusedKey }: Pick<NamedCharge, keyof ChargeKey | 'refusedKey'>,
  act: ChargeAct,
): Promise<boolean> {
  const key = { shopId, provider, chargeId };
  const refundKey = refusedKey ?? `by hand:${act.requestId}`;
  const outcome = await confirmRefund(store, { ...key, refundKey, startedBy: act.author });
  // Afterwards: a call that was cut off in between finds the refund known, and makes up for the row.
  await recordAct(store, key, 'refunded', {}, act);
  return outcome === 'confirmed';
}

/** Stops the sending of refunds of a shop, or lets it go on, on record in the audit. */
export async function pauseRefundsByPerson(
  store: Store,
  shopId: string,
  action: 'pause' | 'resume',
  { author, reason, requestId }: ChargeAct,
): Promise<void> {
  await store.transaction(async (tx) => {
    await pauseRefunds(tx, shopId, action === 'pause' ? author : undefined);
    const cause = `${action}-refunds:${requestId}`;
    await recordAudit(tx, {
      shopId,
      actor: author,
      action: `${action}-refunds`,
      subject: 'refunds',
      detail: { reason },
      cause,
    });
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
