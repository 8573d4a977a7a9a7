import type { Queryable } from '../store/index.ts';
import type { PlanTerms } from './terms.ts';

/** A subscription of a customer as he sees it: what he bought, and how it stands at this moment. */
export interface OwnedSubscription {
  readonly id: string;
  /** Name of its VPNSubscription. */
  readonly name: string;
  /** Of the last grant: a renewal of the same plan asks for these. */
  readonly terms: PlanTerms;
  readonly title: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly expiresAtMs: number;
  readonly access: 'granted' | 'denied';
  readonly suspended: boolean;
  /** The traffic is used up. */
  readonly limited: boolean;
  readonly expired: boolean;
  readonly usedBytes: bigint;
  readonly limitBytes: bigint | undefined;
  readonly deviceLimit: number | undefined;
  /** Whether what was bought last has reached enough panels. */
  readonly provisioned: boolean;
  /** Panels that were seen to hold it, with its newest keys or older ones. */
  readonly confirmedPanels: number;
  /** Of its newest keys. */
  readonly generation: number;
  /** Nothing of it was paid for yet. */
  readonly isTrial: boolean;
}

interface Row extends Omit<OwnedSubscription, 'limitBytes' | 'deviceLimit'> {
  readonly limitBytes: bigint | null;
  readonly deviceLimit: number | null;
}

const select = `
  select s.id, s.name, g.terms, e.title, e.expires_at as "expiresAtMs", e.access,
    coalesce(st.suspended, false) as suspended, coalesce(st.limited, false) as limited,
    e.expires_at <= wayleave.wall_clock() as expired,
    greatest(u.bytes - coalesce(b.up + b.down, 0), 0)::bigint as "usedBytes",
    e.traffic_limit_bytes as "limitBytes", e.device_limit as "deviceLimit",
    e.provisioned_revision >= e.revision as provisioned, p.panels as "confirmedPanels", k.generation,
    not exists (select from wayleave.ledger_entries paid
                where paid.subscription_id = s.id and paid.kind = 'grant' and paid.source <> 'trial') as "isTrial"
  from wayleave.subscriptions s
  join wayleave.entitlements e on e.subscription_id = s.id
  join lateral (
    select terms from wayleave.ledger_entries
    where subscription_id = s.id and kind = 'grant' order by sequence desc limit 1) g on true
  left join wayleave.subscription_states st on st.subscription_id = s.id
  left join wayleave.usage_baselines b on b.subscription_id = s.id
  cross join lateral (
    select coalesce(sum(past_up + counter_up + past_down + counter_down), 0) as bytes
    from wayleave.panel_usage where subscription_id = s.id) u
  cross join lateral (
    select count(distinct c.panel_id)::integer as panels
    from wayleave.panel_clients c join wayleave.panels on panels.id = c.panel_id and panels.removed_at is null
    where c.subscription_id = s.id) p
  cross join lateral (
    select coalesce(max(generation), 1) as generation from wayleave.credentials where subscription_id = s.id) k`;

/** The newest first. */
export async function subscriptionsOf(db: Queryable, customerId: string, limit = 20): Promise<OwnedSubscription[]> {
  const rows = await db.query<Row>(
    `${select} where s.customer_id = $1 and s.source = 'ledger' order by s.created_at desc, s.id desc limit $2`,
    [customerId, limit],
  );
  return rows.map(toOwned);
}

/** @returns nothing for one that is somebody else's, or that never began */
export async function findOwned(
  db: Queryable,
  customerId: string,
  subscriptionId: string,
): Promise<OwnedSubscription | undefined> {
  const rows = await db.query<Row>(`${select} where s.customer_id = $1 and s.id = $2 and s.source = 'ledger'`, [
    customerId,
    subscriptionId,
  ]);
  return rows.map(toOwned)[0];
}

/** A subscription as an admin sees it. */
export interface OwnedIn extends OwnedSubscription {
  readonly customerId: string;
  /** An admin has suspended it, and nobody resumed it. */
  readonly held: boolean;
}

/** One of a shop, whoever's it is. @returns nothing for one that is of another shop, or that never began */
export async function findOwnedIn(db: Queryable, shopId: string, subscriptionId: string): Promise<OwnedIn | undefined> {
  const [whose] = await db.query<{ customerId: string; held: boolean }>(
    `select s.customer_id as "customerId", exists (
       select from wayleave.ledger_entries h
       where h.subscription_id = s.id and h.kind = 'hold' and h.source = 'admin' and not exists (
         select from wayleave.ledger_entries r
         where r.subscription_id = s.id and r.kind = 'release' and r.target = h.id)) as held
     from wayleave.subscriptions s join wayleave.customers c on c.id = s.customer_id
     where s.id = $1 and c.shop_id = $2`,
    [subscriptionId, shopId],
  );
  const owned = whose && (await findOwned(db, whose.customerId, subscriptionId));
  return owned && { ...owned, ...whose };
}

function toOwned(row: Row): OwnedSubscription {
  return { ...row, limitBytes: row.limitBytes ?? undefined, deviceLimit: row.deviceLimit ?? undefined };
}
