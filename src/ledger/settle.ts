import { lockSubscription, type Queryable, type Store } from '../store/index.ts';
import { appendEntry, readEntries } from './append.ts';
import type { Disposition } from './classify.ts';
import { LedgerError } from './errors.ts';
import { foldEntitlement } from './fold.ts';
import { refold } from './refold.ts';
import { requestRefundLocked, type ChargeKey } from './refunds.ts';

/** What a person decides about a charge that bought nothing. */
export type Settlement =
  | { readonly kind: 'refund'; readonly dailyCapMinor?: bigint }
  /** As much time as it paid for, on this subscription, or on the one of its order. */
  | { readonly kind: 'extend'; readonly subscriptionId?: string }
  /** Dealt with elsewhere. */
  | { readonly kind: 'dismiss' };

/**
 * Decides about a charge in the queue, exactly once.
 *
 * @throws LedgerError LEDGER_CHARGE_UNKNOWN, LEDGER_CHARGE_SETTLED, LEDGER_SUBSCRIPTION_UNKNOWN, and what
 *   `requestRefund` throws
 */
export async function settleCharge(
  store: Store,
  key: ChargeKey,
  settlement: Settlement,
  by: { readonly author: string; readonly reason: string },
): Promise<void> {
  await store.transaction(async (tx) => {
    const charge = await lockQueued(tx, key);
    if (settlement.kind === 'refund') {
      const { dailyCapMinor } = settlement;
      const cap = dailyCapMinor === undefined ? {} : { dailyCapMinor };
      // It leaves the queue when the provider confirms.
      await requestRefundLocked(tx, { ...key, requestedBy: by.author, reason: by.reason, ...cap });
      return;
    }
    if (settlement.kind === 'extend') await extend(tx, key, charge, settlement.subscriptionId, by);
    await tx.query(
      `update wayleave.charges set settled_at = wayleave.wall_clock(), settled_by = $4, settlement = $5
       where shop_id = $1 and provider = $2 and charge_id = $3`,
      [key.shopId, key.provider, key.chargeId, by.author, settlement.kind === 'extend' ? 'extended' : 'dismissed'],
    );
  });
}

interface QueuedCharge {
  readonly disposition: Disposition;
  readonly orderId: string | null;
  readonly subscriptionId: string | null;
  readonly settled: boolean;
}

async function lockQueued(tx: Queryable, { shopId, provider, chargeId }: ChargeKey): Promise<QueuedCharge> {
  const [row] = await tx.query<QueuedCharge>(
    `select c.disposition, c.order_id as "orderId", c.settled_at is not null as settled,
       (select o.subscription_id from wayleave.orders o where o.id = c.order_id) as "subscriptionId"
     from wayleave.charges c where c.shop_id = $1 and c.provider = $2 and c.charge_id = $3 for update`,
    [shopId, provider, chargeId],
  );
  const where = `charge ${chargeId} of ${provider}`;
  if (row === undefined) {
    throw new LedgerError('LEDGER_CHARGE_UNKNOWN', `there is no ${where} in this shop`, { retry: 'never' });
  }
  if (row.settled || row.disposition === 'granted' || row.disposition === 'foreign') {
    throw new LedgerError('LEDGER_CHARGE_SETTLED', `nothing is to be decided about ${where}`, { retry: 'never' });
  }
  return row;
}

async function extend(
  tx: Queryable,
  { shopId, provider, chargeId }: ChargeKey,
  charge: QueuedCharge,
  wanted: string | undefined,
  by: { readonly author: string; readonly reason: string },
): Promise<void> {
  const subscriptionId = wanted ?? charge.subscriptionId;
  const entries = subscriptionId === null ? [] : await lockedEntries(tx, subscriptionId, shopId);
  const terms = foldEntitlement(entries).at(-1)?.terms;
  if (subscriptionId === null || terms === undefined) {
    throw new LedgerError(
      'LEDGER_SUBSCRIPTION_UNKNOWN',
      `charge ${chargeId} of ${provider} belongs to no subscription of this shop: name the one to extend`,
      { retry: 'never' },
    );
  }
  const draft = { kind: 'grant', subscriptionId, shopId, source: 'charge', terms } as const;
  const cause = `charge:${provider}:${chargeId}`;
  await appendEntry(tx, { ...draft, cause, lengthSeconds: terms.lengthSeconds, ...by });
  await refold(tx, subscriptionId);
}

async function lockedEntries(
  tx: Queryable,
  subscriptionId: string,
  shopId: string,
): Promise<Awaited<ReturnType<typeof readEntries>>> {
  await lockSubscription(tx, subscriptionId);
  const entries = await readEntries(tx, subscriptionId);
  const [first] = await tx.query<{ shopId: string }>(
    'select shop_id as "shopId" from wayleave.ledger_entries where subscription_id = $1 limit 1',
    [subscriptionId],
  );
  return first?.shopId === shopId ? entries : [];
}
