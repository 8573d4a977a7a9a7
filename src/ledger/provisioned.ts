import { lockSubscription, type Queryable, type Store } from '../store/index.ts';
import { appendEntry, readEntries } from './append.ts';
import { foldEntitlement } from './fold.ts';
import { notify } from './notices.ts';
import { refold } from './refold.ts';

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
}

/**
 * Notes which paid orders have reached enough panels, and gives back the time that a first delivery was late.
 *
 * @returns how many were noted
 */
export async function noteProvisioned(store: Store, shopId: string, limit = 200): Promise<number> {
  return store.transaction(async (tx) => {
    const delivered = await tx.query<Delivered>(
      `with due as (
         select o.id from wayleave.orders o join wayleave.entitlements e on e.subscription_id = o.subscription_id
         where o.shop_id = $1 and o.state = 'paid' and o.provisioned_at is null and e.provisioned_revision >= o.granted_revision
         order by o.closed_at limit $2 for update of o skip locked)
       update wayleave.orders o set provisioned_at = wayleave.wall_clock() from due where o.id = due.id
       returning o.id, o.shop_id as "shopId", o.customer_id as "customerId", o.subscription_id as "subscriptionId",
         extract(epoch from wayleave.wall_clock() - o.closed_at)::float8 as "tookSeconds",
         not exists (select from wayleave.orders p where p.subscription_id = o.subscription_id and p.id <> o.id
                     and p.provisioned_at is not null) as "isFirst"`,
      [shopId, limit],
    );
    for (const order of delivered.toSorted((a, b) => (a.subscriptionId < b.subscriptionId ? -1 : 1))) {
      await conclude(tx, order);
    }
    return delivered.length;
  });
}

async function conclude(tx: Queryable, order: Delivered): Promise<void> {
  const { id, shopId, customerId, subscriptionId, tookSeconds, isFirst } = order;
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

async function compensate(tx: Queryable, { id, shopId, subscriptionId, tookSeconds }: Delivered): Promise<void> {
  await lockSubscription(tx, subscriptionId);
  const terms = foldEntitlement(await readEntries(tx, subscriptionId)).at(-1)?.terms;
  if (terms === undefined) return;
  const draft = { kind: 'grant', subscriptionId, shopId, source: 'compensation', terms } as const;
  const reason = 'the first delivery came late';
  const lengthSeconds = Math.ceil(tookSeconds);
  await appendEntry(tx, { ...draft, cause: `delay:${id}`, lengthSeconds, author: 'wayleave', reason });
  await refold(tx, subscriptionId);
}

/** Age in seconds of the oldest paid order that has not reached enough panels; 0 for none. */
export async function oldestUnprovisionedSeconds(db: Queryable, shopId: string): Promise<number> {
  const [row] = await db.query<{ age: number }>(
    `select coalesce(extract(epoch from wayleave.wall_clock() - min(closed_at)), 0)::float8 as age
     from wayleave.orders where shop_id = $1 and state = 'paid' and provisioned_at is null`,
    [shopId],
  );
  return Math.max(0, row?.age ?? 0);
}
