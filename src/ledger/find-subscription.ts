import { editDistance } from '../base/distance.ts';
import type { Queryable } from '../store/index.ts';

/** A subscription as people name it, whoever made it. */
export interface NamedSubscription {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly shortId: string;
  /** `ledger`: sold, or given by the shop. `resource`: made by hand with kubectl; the ledger knows nothing of it. */
  readonly source: 'ledger' | 'resource';
  /** Id and name of the shop; absent where it was made by hand. */
  readonly shop: { readonly id: string; readonly name: string } | undefined;
  readonly customerId: string | undefined;
  /** Absent after erasure, and where it was made by hand. */
  readonly telegramId: number | undefined;
  readonly createdAtMs: number;
  /** Its resource is gone. */
  readonly deletedAtMs: number | undefined;
}

interface Row extends Omit<NamedSubscription, 'shop' | 'customerId' | 'telegramId' | 'deletedAtMs'> {
  readonly shopId: string | null;
  readonly shopName: string | null;
  readonly customerId: string | null;
  readonly telegramId: bigint | null;
  readonly deletedAtMs: number | null;
}

const select = `
  select s.id, s.namespace, s.name, s.short_id as "shortId", s.source, c.shop_id as "shopId", h.name as "shopName",
    s.customer_id as "customerId", c.telegram_id as "telegramId", s.created_at as "createdAtMs",
    s.deleted_at as "deletedAtMs"
  from wayleave.subscriptions s
  left join wayleave.customers c on c.id = s.customer_id
  left join wayleave.shops h on h.id = c.shop_id`;

const uuid = /^(?:sub-)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
const email = /^wl-([a-z0-9]{8,16})(?:-g\d{1,9})?$/;
const shortId = /^[a-z0-9]{8,16}$/;
const telegramId = /^[1-9]\d{2,15}$/;

/**
 * The subscriptions that a text may mean: `name`, `namespace/name`, the subscription's id, its short id, its e-mail on
 * panels (`wl-<short id>`, with or without `-g<generation>`), or the Telegram id of its customer, who may have several.
 *
 * @returns newest first; at most `limit`
 */
export async function findNamedSubscriptions(db: Queryable, text: string, limit = 50): Promise<NamedSubscription[]> {
  const [first = '', second] = text.split('/');
  const [namespace, name] = second === undefined ? [null, first] : [first, second];
  // Each way has an index of its own, which one condition with "or" would not use.
  const rows = await db.query<Row>(
    `${select} where s.id in (
       select id from wayleave.subscriptions where id = $1::uuid
       union select id from wayleave.subscriptions where short_id = $2
       union select id from wayleave.subscriptions where name = $3 and ($4::text is null or namespace = $4)
       union select s2.id from wayleave.shops h2
         join wayleave.customers c2 on c2.shop_id = h2.id and c2.telegram_id = $5::bigint
         join wayleave.subscriptions s2 on s2.customer_id = c2.id)
     order by s.created_at desc, s.id desc limit $6`,
    [
      namespace === null ? (uuid.exec(text)?.[1]?.toLowerCase() ?? null) : null,
      email.exec(text)?.[1] ?? (shortId.test(text) ? text : null),
      name,
      namespace,
      telegramId.test(text) ? text : null,
      limit,
    ],
  );
  return rows.map(toNamed);
}

/** Names that are spelled much like one that nobody has, the closest first. For a message only. */
export async function nearSubscriptionNames(db: Queryable, text: string, limit = 3): Promise<string[]> {
  const name = text.slice(text.indexOf('/') + 1).replace(/^wl-/, '');
  if (name === '') return [];
  const rows = await db.query<{ namespace: string; name: string; shortId: string }>(
    `select namespace, name, short_id as "shortId" from wayleave.subscriptions
     where name like $1 or name like $2 or short_id like $1 order by created_at desc limit 500`,
    [`${escapeLike(name.slice(0, 3))}%`, `%${escapeLike(name.slice(-4))}`],
  );
  return rows
    .map((row) => ({ ...row, distance: Math.min(editDistance(name, row.name), editDistance(name, row.shortId)) }))
    .filter(({ distance }) => distance <= Math.max(2, name.length / 3))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map((row) => `${row.namespace}/${row.name}`);
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

function toNamed(row: Row): NamedSubscription {
  const { shopId, shopName, ...rest } = row;
  return {
    ...rest,
    shop: shopId === null ? undefined : { id: shopId, name: shopName ?? '' },
    customerId: row.customerId ?? undefined,
    telegramId: row.telegramId === null ? undefined : Number(row.telegramId),
    deletedAtMs: row.deletedAtMs ?? undefined,
  };
}
