import { describeError, WayleaveError } from '../base/errors.ts';
import type { Queryable, Store } from '../store/index.ts';
import { lockCharge, type ChargeKey } from './charge-lock.ts';
import { lockBuyer } from './extend-by-charge.ts';
import { notify } from './notices.ts';
import { settleChargeLocked } from './settle.ts';

/** So long a customer may say what he wants instead, and a person may take the charge. */
const patience = '72 hours';

/** The conditions of {@link extendSurplus}; a charge whose provider can refund has a refund from the start. */
const isDue = `c.disposition = 'surplus' and c.settled_at is null and c.owner is null
  and c.recorded_at <= wayleave.wall_clock() - interval '${patience}'
  and not exists (select from wayleave.refunds r
                  where r.shop_id = c.shop_id and r.provider = c.provider and r.charge_id = c.charge_id)`;

export interface ExtendedSurplus {
  readonly extended: number;
  /** What kept others from it, one line each. They stay in the queue. */
  readonly failures: readonly string[];
}

/**
 * Turns what was paid twice, cannot be sent back by the provider, and nobody has decided about for 72 hours, into time:
 * money never just stays. Not what a person has taken, or a refund was asked for.
 */
export async function extendSurplus(store: Store, shopId: string, limit = 100): Promise<ExtendedSurplus> {
  const due = await store.query<ChargeKey>(
    `select c.shop_id as "shopId", c.provider, c.charge_id as "chargeId" from wayleave.charges c
     where c.shop_id = $1 and ${isDue} order by c.recorded_at limit $2`,
    [shopId, limit],
  );
  const failures: string[] = [];
  let extended = 0;
  for (const key of due) {
    try {
      if (await store.transaction((tx) => extendOne(tx, key))) extended += 1;
    } catch (thrown) {
      // One charge that fits nowhere must not keep the money of others.
      if (!(thrown instanceof WayleaveError) || thrown.retry === 'later') throw thrown;
      failures.push(describeError(thrown));
    }
  }
  return { extended, failures };
}

async function extendOne(tx: Queryable, key: ChargeKey): Promise<boolean> {
  const { shopId, provider, chargeId } = key;
  // In the order in which everybody locks.
  await lockBuyer(tx, key);
  await lockCharge(tx, key);
  const [still] = await tx.query<{ customerId: string | null; orderId: string | null }>(
    `select c.customer_id as "customerId", c.order_id as "orderId" from wayleave.charges c
     where c.shop_id = $1 and c.provider = $2 and c.charge_id = $3 and ${isDue}`,
    [shopId, provider, chargeId],
  );
  if (still === undefined) return false;
  const reason = 'it was paid twice, and nobody decided within 72 hours';
  await settleChargeLocked(tx, key, { kind: 'extend' }, { author: 'wayleave', reason });
  const cause = `charge:${provider}:${chargeId}`;
  const [grant] = await tx.query<{ subscriptionId: string; lengthSeconds: number }>(
    `select e.subscription_id as "subscriptionId", e.length_seconds::float8 as "lengthSeconds"
     from wayleave.ledger_entries e join wayleave.orders o on o.subscription_id = e.subscription_id
     where o.id = $1 and e.cause = $2`,
    [still.orderId, cause],
  );
  if (grant === undefined || still.customerId === null) return true;
  const { subscriptionId, lengthSeconds } = grant;
  const about = { shopId, customerId: still.customerId, subscriptionId, kind: 'granted', dedupe: cause } as const;
  await notify(tx, { ...about, payload: { lengthSeconds }, delivery: 'at-least-once' });
  return true;
}
