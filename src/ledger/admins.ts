import { uuidv7 } from 'uuidv7';
import type { Queryable, Store } from '../store/index.ts';
import { recordAudit } from './audit.ts';
import { LedgerError } from './errors.ts';
import { rolesFor, type AdminAction, type AdminRole } from './roles.ts';

/** Somebody who works for a shop. */
export interface AdminRecord {
  readonly id: string;
  readonly shopId: string;
  /** Also the id of his private chat with the bot. */
  readonly telegramId: number;
  readonly name: string;
  readonly role: AdminRole;
  /** In minor units of whatever currency is refunded; absent: the role's. */
  readonly dailyRefundCapMinor: bigint | undefined;
  readonly addedBy: string;
  readonly createdAtMs: number;
}

interface AdminRow extends Omit<AdminRecord, 'telegramId' | 'dailyRefundCapMinor'> {
  readonly telegramId: bigint;
  readonly dailyRefundCapMinor: bigint | null;
}

const columns = `a.id, a.shop_id as "shopId", a.telegram_id as "telegramId", a.name, a.role,
  a.daily_refund_cap_minor as "dailyRefundCapMinor", a.added_by as "addedBy", a.created_at as "createdAtMs"`;

/** How ledger, refunds and audit name an admin. */
export function authorOf({ telegramId }: Pick<AdminRecord, 'telegramId'>): string {
  return `admin:${String(telegramId)}`;
}

/** Makes somebody an admin, or changes his name, role and cap; on record in the audit. */
export async function addAdmin(
  store: Store,
  wanted: Pick<AdminRecord, 'shopId' | 'telegramId' | 'name' | 'role' | 'addedBy'> &
    Partial<Pick<AdminRecord, 'dailyRefundCapMinor'>>,
): Promise<AdminRecord> {
  const { shopId, telegramId, name, role, dailyRefundCapMinor, addedBy } = wanted;
  return store.transaction(async (tx) => {
    const rows = await tx.query<AdminRow>(
      `insert into wayleave.admins as a (id, shop_id, telegram_id, name, role, daily_refund_cap_minor, added_by, created_at)
       values ($1, $2, $3, $4, $5, $6, $7, wayleave.wall_clock())
       on conflict (shop_id, telegram_id) do update set name = excluded.name, role = excluded.role,
         daily_refund_cap_minor = excluded.daily_refund_cap_minor, added_by = excluded.added_by, removed_at = null
       returning ${columns}`,
      [uuidv7(), shopId, telegramId, name, role, dailyRefundCapMinor ?? null, addedBy],
    );
    const detail = {
      role,
      name,
      ...(dailyRefundCapMinor === undefined ? {} : { dailyRefundCapMinor: String(dailyRefundCapMinor) }),
    };
    const subject = authorOf(wanted);
    await recordAudit(tx, { shopId, actor: addedBy, action: 'admin-add', subject, detail, cause: uuidv7() });
    const [added] = rows.map(toAdmin);
    if (added !== undefined) return added;
    throw new LedgerError('LEDGER_NONSENSE', `admin ${String(telegramId)} was added and is not there`, {
      retry: 'later',
    });
  });
}

/** @returns whether he was one */
export async function removeAdmin(
  store: Store,
  { shopId, telegramId, removedBy }: Pick<AdminRecord, 'shopId' | 'telegramId'> & { readonly removedBy: string },
): Promise<boolean> {
  return store.transaction(async (tx) => {
    const rows = await tx.query(
      `update wayleave.admins set removed_at = wayleave.wall_clock()
       where shop_id = $1 and telegram_id = $2 and removed_at is null returning id`,
      [shopId, telegramId],
    );
    if (rows.length === 0) return false;
    const subject = authorOf({ telegramId });
    await recordAudit(tx, { shopId, actor: removedBy, action: 'admin-remove', subject, cause: uuidv7() });
    return true;
  });
}

/** The oldest first. */
export async function listAdmins(db: Queryable, shopId: string): Promise<AdminRecord[]> {
  const rows = await db.query<AdminRow>(
    `select ${columns} from wayleave.admins a where a.shop_id = $1 and a.removed_at is null order by a.created_at, a.id`,
    [shopId],
  );
  return rows.map(toAdmin);
}

/** Those who may do that. */
export async function adminsWho(db: Queryable, shopId: string, action: AdminAction): Promise<AdminRecord[]> {
  const roles = rolesFor(action);
  return (await listAdmins(db, shopId)).filter(({ role }) => roles.includes(role));
}

/** @returns nothing for everybody else */
export async function findAdmin(db: Queryable, shopId: string, telegramId: number): Promise<AdminRecord | undefined> {
  const rows = await db.query<AdminRow>(
    `select ${columns} from wayleave.admins a where a.shop_id = $1 and a.telegram_id = $2 and a.removed_at is null`,
    [shopId, telegramId],
  );
  return rows.map(toAdmin)[0];
}

function toAdmin(row: AdminRow): AdminRecord {
  return {
    ...row,
    telegramId: Number(row.telegramId),
    dailyRefundCapMinor: row.dailyRefundCapMinor ?? undefined,
  };
}
