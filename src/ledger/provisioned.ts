import { lockSubscription, type Queryable, type Store } from '../store/index.ts';
import { delayCause } from './delay.ts';
import { notify } from './notices.ts';
import { refold } from './refold.ts';
import type { PlanTerms } from './terms.ts';

/** A first delivery that takes longer is made good. */
const promisedSeconds = 300;
/** Whoever waited longer has put his phone away and is told. */
const noticedSeconds = 30;

interface Delivered {
  readonly id: string;
  readonly shopId: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  /** Seconds from the payment to now. */
  readonly tookSeconds: number;
  readonly isFirst: boolean;
  /** Its money went back, wholly. */
  readonly isRefunded: boolean;
  readonly terms: PlanTerms;
}

/** A paid order that has reached enough panels. */
export interface ProvisionedOrder {
  readonly orderId: string;
  readonly subscriptionId: string;
  /** Seconds from the payment to now. */
  readonly tookSeconds: number;
  /** Its money went back, wholly: nobody waited for it any more. */
  readonly isRefunded: boolean;
}

/**
 * Notes which paid orders have reached enough panels, and gives back the time that a first delivery was late.
 *
 * @returns each order that was noted, which is the case once in its life
 */
export async function noteProvisioned(store: Store, shopId: string, limit = 200): Promise<readonly ProvisionedOrder[]> {
  return store.transaction(async (tx) => {
    const delivered = await tx.query<Delivered>(
      `with due as (
         select o.id from wayleave.orders o join wayleave.entitlements e on e.subscription_id = o.subscription_id
         where o.shop_id = $1 and o.state = 'paid' and o.provisioned_at is null and e.provisioned_revision >= o.granted_revision
         order by o.closed_at limit $2 for no key update of o skip locked)
       update wayleave.orders o set provisioned_at = wayleave.wall_clock() from due where o.id = due.id
       returning o.id, o.shop_id as "shopId", o.customer_id as "customerId", o.subscription_id as "subscriptionId",
         extract(epoch from wayleave.wall_clock() - o.closed_at)::float8 as "tookSeconds",
         not exists (select from wayleave.orders p where p.subscription_id = o.subscription_id and p.state = 'paid'
                     and (p.closed_at, p.id) < (o.closed_at, o.id)) as "isFirst",
         exists (select from wayleave.charges c where c.order_id = o.id and c.disposition = 'granted'
                 and c.refunded_minor = c.amount_minor) as "isRefunded",
         o.terms`,
      [shopId, limit],
    );
    for (const order of delivered.toSorted((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1))) {
      await conclude(tx, order);
    }
    return delivered.map(({ id: orderId, subscriptionId, tookSeconds, isRefunded }) => ({
      orderId,
      subscriptionId,
      tookSeconds,
      isRefunded,
    }));
  });
}

async function conclude(tx: Queryable, order: Delivered): Promise<void> {
  const { id, shopId, customerId, subscriptionId, tookSeconds, isFirst, isRefunded } = order;
  if (isRefunded) return;
  if (isFirst && tookSeconds > promisedSeconds) await compensate(tx, order);
  if (tookSeconds <= noticedSeconds) return;
  const told = {
    shopId,
    customerId,
    subscriptionId,
    kind: 'provisioned',
    dedupe: id,
    payload: { orderId: id },
  } as const;
  await notify(tx, { ...told, delivery: 'at-least-once' });
}

async function compensate(tx: Queryable, { id, shopId, subscriptionId, tookSeconds, terms }: Delivered): Promise<void> {
  await lockSubscription(tx, subscriptionId);
  const grant = { kind: 'grant', shopId, source: 'compensation', terms } as const;
  const reason = 'the first delivery came late';
  const lengthSeconds = Math.ceil(tookSeconds);
  await refold(tx, subscriptionId, [{ ...grant, cause: delayCause(id), lengthSeconds, author: 'wayleave', reason }]);
}

/** Paid orders that have not reached enough panels. */
export interface Unprovisioned {
  /** Age of the oldest one; 0 for none. */
  readonly oldestSeconds: number;
  /** How many have waited longer than was asked for. */
  readonly late: number;
}

/** What was refunded, suspended or banned before it arrived is owed to nobody. */
export async function unprovisionedOrders(db: Queryable, shopId: string, lateSeconds: number): Promise<Unprovisioned> {
  const [row] = await db.query<Unprovisioned>(
    `select coalesce(extract(epoch from wayleave.wall_clock() - min(closed_at)), 0)::float8 as "oldestSeconds",
       count(*) filter (where closed_at < wayleave.wall_clock() - make_interval(secs => $2))::integer as late
     from wayleave.orders o
     where shop_id = $1 and state = 'paid' and provisioned_at is null and exists (
       select from wayleave.entitlements e where e.subscription_id = o.subscription_id and e.access = 'granted'
         and e.expires_at > wayleave.wall_clock())`,
    [shopId, lateSeconds],
  );
  return { oldestSeconds: Math.max(0, row?.oldestSeconds ?? 0), late: row?.late ?? 0 };
}
