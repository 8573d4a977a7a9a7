import { resetUsage, type Queryable } from '../store/index.ts';
import type { EntryDraft } from './append.ts';
import type { EntrySource } from './entry.ts';
import { LedgerError } from './errors.ts';
import { ensureIdentity } from './identity.ts';
import type { OrderRecord } from './orders.ts';
import { askingFor, ringingFor } from './outbox.ts';
import { refold } from './refold.ts';
import type { ShopRecord } from './shops.ts';

const close = {
  name: 'close-paid-order',
  text: `
    with paid as (
      update wayleave.orders set state = 'paid', closed_at = wayleave.wall_clock(), review_since = null,
        granted_revision = $2
      where id = $1::uuid),
    ended as (
      update wayleave.attempts set closed_at = wayleave.wall_clock() where order_id = $1 and closed_at is null),
    asked as (${askingFor(`values ('progress', $1::text)`)})
    select ${ringingFor('progress')}`,
};

/**
 * Turns a paid order, which the caller holds locked, into time: one grant, the entitlement that follows, and the work
 * that carries it on, all in the caller's transaction.
 */
export async function grantOrder(
  tx: Queryable,
  shop: Pick<ShopRecord, 'id' | 'namespace' | 'name'>,
  order: OrderRecord,
  by: { readonly source: EntrySource; readonly author: string; readonly reason: string },
): Promise<void> {
  const { id: orderId, subscriptionId, customerId, terms } = order;
  await ensureIdentity(tx, { subscriptionId, namespace: shop.namespace, shop: shop.name, customerId });
  const entry = { shopId: shop.id, orderId, ...by };
  const { lengthSeconds } = terms;
  const drafts: EntryDraft[] = [{ ...entry, kind: 'grant', cause: `order:${orderId}`, lengthSeconds, terms }];
  if (terms.trafficReset === 'Renewal' && (await isRenewal(tx, subscriptionId, orderId))) {
    await resetUsage(tx, subscriptionId, 'renewal');
    drafts.push({ ...entry, kind: 'reset', source: 'renewal', cause: `reset:order:${orderId}` });
  }
  const folded = await refold(tx, subscriptionId, drafts);
  if (folded === undefined) {
    throw new LedgerError('LEDGER_NONSENSE', `order ${orderId} was granted and its ledger is empty`, {
      retry: 'later',
    });
  }
  await tx.query(close, [orderId, folded.revision]);
}

async function isRenewal(tx: Queryable, subscriptionId: string, orderId: string): Promise<boolean> {
  const rows = await tx.query(
    `select from wayleave.ledger_entries
     where subscription_id = $1 and kind = 'grant' and order_id is distinct from $2 limit 1`,
    [subscriptionId, orderId],
  );
  return rows.length > 0;
}
