import type { Queryable, Store } from '../store/index.ts';
import { lockCharge, type ChargeKey } from './charge-lock.ts';
import type { Disposition } from './classify.ts';
import { LedgerError } from './errors.ts';
import { extendByCharge, lockBuyer, type PaidTime } from './extend-by-charge.ts';
import { queueOfCharge } from './queues.ts';
import { requestRefundLocked } from './refunds.ts';

/** What a person decides about a charge that waits for him. */
export type Settlement =
  | { readonly kind: 'refund'; readonly dailyCapMinor?: bigint }
  /** As much time as it paid for, on this subscription, or on the one of its order, which begins with it if need be. */
  | { readonly kind: 'extend'; readonly subscriptionId?: string }
  /** Dealt with elsewhere: whatever it waits for, also the refund of what was granted that the provider refused. */
  | { readonly kind: 'dismiss' };

/**
 * Decides about a charge in the queue, exactly once.
 *
 * @throws LedgerError LEDGER_CHARGE_UNKNOWN, LEDGER_CHARGE_SETTLED also while its money is on the way back, and what
 *   `requestRefund` and `extendByCharge` throw
 */
export async function settleCharge(
  store: Store,
  key: ChargeKey,
  settlement: Settlement,
  by: { readonly author: string; readonly reason: string },
): Promise<void> {
  await store.transaction((tx) => settleChargeLocked(tx, key, settlement, by));
}

/** {@link settleCharge} within the caller's transaction. */
export async function settleChargeLocked(
  tx: Queryable,
  key: ChargeKey,
  settlement: Settlement,
  by: { readonly author: string; readonly reason: string },
): Promise<void> {
  if (settlement.kind === 'dismiss') return dismiss(tx, key, by.author);
  const buyer = settlement.kind === 'extend' ? await lockBuyer(tx, key, settlement.subscriptionId) : undefined;
  const charge = await lockQueued(tx, key);
  if (settlement.kind === 'refund') {
    const { dailyCapMinor } = settlement;
    const cap = dailyCapMinor === undefined ? {} : { dailyCapMinor };
    // It leaves the queue when the provider confirms.
    await requestRefundLocked(tx, { ...key, requestedBy: by.author, reason: by.reason, ...cap });
    return;
  }
  if (charge.isGoingBack) throw settled(key);
  await extendByCharge(tx, key, charge, buyer, by);
  await close(tx, key, 'extended', by.author);
}

async function dismiss(tx: Queryable, key: ChargeKey, author: string): Promise<void> {
  await lockCharge(tx, key);
  if ((await queueOfCharge(tx, key)) === undefined) throw settled(key);
  await close(tx, key, 'dismissed', author);
}

async function close(
  tx: Queryable,
  { shopId, provider, chargeId }: ChargeKey,
  settlement: 'extended' | 'dismissed',
  author: string,
): Promise<void> {
  await tx.query(
    `update wayleave.charges set settled_at = wayleave.wall_clock(), settled_by = $4, settlement = $5
     where shop_id = $1 and provider = $2 and charge_id = $3`,
    [shopId, provider, chargeId, author, settlement],
  );
}

interface QueuedCharge extends PaidTime {
  readonly disposition: Disposition;
  readonly settled: boolean;
  /** A refund is asked for, or made. */
  readonly isGoingBack: boolean;
}

async function lockQueued(tx: Queryable, key: ChargeKey): Promise<QueuedCharge> {
  // Apart from the reading, which would show the refunds of the moment before the lock was waited for.
  await lockCharge(tx, key);
  const [row] = await tx.query<QueuedCharge>(
    `select c.disposition, c.settled_at is not null as settled, c.live, c.amount_minor as "amountMinor",
       o.terms, a.amount_minor as "priceMinor",
       exists (select from wayleave.refunds r where r.shop_id = c.shop_id and r.provider = c.provider
               and r.charge_id = c.charge_id and r.state <> 'refused') as "isGoingBack"
     from wayleave.charges c left join wayleave.orders o on o.id = c.order_id
     left join wayleave.attempts a on a.order_id = o.id and a.number = c.attempt and a.currency = c.currency
     where c.shop_id = $1 and c.provider = $2 and c.charge_id = $3`,
    [key.shopId, key.provider, key.chargeId],
  );
  if (row === undefined || row.settled || row.disposition === 'granted' || row.disposition === 'foreign')
    throw settled(key);
  return row;
}

function settled({ provider, chargeId }: ChargeKey): LedgerError {
  return new LedgerError('LEDGER_CHARGE_SETTLED', `nothing is to be decided about charge ${chargeId} of ${provider}`, {
    retry: 'never',
  });
}
