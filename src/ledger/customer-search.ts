import type { Queryable } from '../store/index.ts';

/** A customer that a search found. */
export interface FoundCustomer {
  readonly id: string;
  readonly telegramId: number | undefined;
  readonly name: string;
  readonly userName: string | undefined;
  readonly isBanned: boolean;
  readonly subscriptions: number;
}

interface FoundRow extends Omit<FoundCustomer, 'telegramId' | 'userName'> {
  readonly telegramId: bigint | null;
  readonly userName: string | null;
}

const uuidForm = /^(?:sub-)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/i;

/**
 * Finds customers by whatever an admin has at hand: Telegram id, `@user_name`, a part of the name, id or short id of a
 * subscription (also as panels show it, `wl-…`), id of an order, customer or charge.
 *
 * @returns the one seen last first
 */
export async function searchCustomers(
  db: Queryable,
  shopId: string,
  wanted: string,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<FoundCustomer[]> {
  const text = wanted.trim();
  if (text === '') return [];
  const id = uuidForm.exec(text)?.[1] ?? null;
  const telegramId = /^\d{1,18}$/.test(text) ? text : null;
  const userName = /^@\w+$/.test(text) ? text.slice(1) : null;
  const shortId = /^(?:wl-)?([a-z0-9]{8,16})(?:-g\d+)?$/.exec(text)?.[1] ?? null;
  const name =
    id === null && telegramId === null && userName === null ? `%${text.replaceAll(/[\\%_]/g, '\\$&')}%` : null;
  const rows = await db.query<FoundRow>(
    `with hits as (
       select id from wayleave.customers where shop_id = $1 and telegram_id = $3::bigint
       union select id from wayleave.customers where shop_id = $1 and id = $2::uuid
       union select id from wayleave.customers where shop_id = $1 and user_name is not null
         and starts_with(lower(user_name), lower($4::text))
       union select id from wayleave.customers where shop_id = $1 and name ilike $6
       union select customer_id from wayleave.subscriptions where id = $2::uuid
       union select customer_id from wayleave.subscriptions where short_id = $5
       union select customer_id from wayleave.orders where id = $2::uuid
         or shop_id = $1 and subscription_id = $2::uuid and state = 'pending'
       union select customer_id from wayleave.charges where shop_id = $1 and charge_id = $7)
     select c.id, c.telegram_id as "telegramId", c.name, c.user_name as "userName", c.banned_at is not null as "isBanned",
       (select count(*)::integer from wayleave.subscriptions s where s.customer_id = c.id) as subscriptions
     from wayleave.customers c join hits on hits.id = c.id
     where c.shop_id = $1 order by c.seen_at desc, c.id limit $8 offset $9`,
    [shopId, id, telegramId, userName, shortId, name, text, limit, offset],
  );
  return rows.map((row) => ({
    ...row,
    telegramId: row.telegramId === null ? undefined : Number(row.telegramId),
    userName: row.userName ?? undefined,
  }));
}
