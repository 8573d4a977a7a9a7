import { uuidv7 } from 'uuidv7';
import type { Queryable } from '../store/index.ts';
import { LedgerError } from './errors.ts';

/** `live` money is real; `test` money buys access to demonstration panels only. */
export type ShopMode = 'live' | 'test';

export interface ShopRecord {
  readonly id: string;
  readonly namespace: string;
  readonly name: string;
  readonly mode: ShopMode;
  /** Telegram's id of the bot that customers have written to. */
  readonly botId: bigint | undefined;
  /** Epoch milliseconds: what providers report from before is none of ours. */
  readonly acceptFromMs: number;
  /** Epoch milliseconds; present while refunds wait for a person. */
  readonly refundsPausedAtMs: number | undefined;
}

interface ShopRow extends Omit<ShopRecord, 'botId' | 'refundsPausedAtMs'> {
  readonly botId: bigint | null;
  readonly refundsPausedAtMs: number | null;
}

const columns = `id, namespace, name, mode, bot_id as "botId", accept_from as "acceptFromMs",
  refunds_paused_at as "refundsPausedAtMs"`;

/**
 * The shop of this name, made on the first call.
 *
 * @throws LedgerError LEDGER_SHOP_MODE when it was opened in the other mode: its customers' orders are of that money
 */
export async function ensureShop(
  db: Queryable,
  wanted: { readonly namespace: string; readonly name: string; readonly mode: ShopMode },
): Promise<ShopRecord> {
  const { namespace, name, mode } = wanted;
  await db.query(
    `insert into wayleave.shops (id, namespace, name, mode, accept_from) values ($1, $2, $3, $4, wayleave.wall_clock())
     on conflict (namespace, name) do nothing`,
    [uuidv7(), namespace, name, mode],
  );
  const shop = await findShop(db, wanted);
  if (shop?.mode === mode) return shop;
  throw new LedgerError(
    'LEDGER_SHOP_MODE',
    `shop ${namespace}/${name} holds orders of ${shop?.mode ?? 'no'} money and cannot become ${mode}: use another name`,
    { retry: 'never' },
  );
}

export async function findShop(
  db: Queryable,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): Promise<ShopRecord | undefined> {
  const rows = await db.query<ShopRow>(`select ${columns} from wayleave.shops where namespace = $1 and name = $2`, [
    namespace,
    name,
  ]);
  return rows.map(toShop)[0];
}

/** By namespace and name. */
export async function listShops(db: Queryable): Promise<ShopRecord[]> {
  const rows = await db.query<ShopRow>(`select ${columns} from wayleave.shops order by namespace, name`);
  return rows.map(toShop);
}

/** @throws LedgerError LEDGER_SHOP_UNKNOWN */
export async function getShop(db: Queryable, shopId: string): Promise<ShopRecord> {
  const [row] = await db.query<ShopRow>(`select ${columns} from wayleave.shops where id = $1`, [shopId]);
  if (row === undefined) throw unknownShop(shopId);
  return toShop(row);
}

export function unknownShop(shopId: string): LedgerError {
  return new LedgerError('LEDGER_SHOP_UNKNOWN', `there is no shop ${shopId}`, { retry: 'never' });
}

/** Remembers which bot customers write to. */
export async function setBotId(db: Queryable, shopId: string, botId: bigint): Promise<void> {
  await db.query('update wayleave.shops set bot_id = $2 where id = $1 and bot_id is distinct from $2', [shopId, botId]);
}

/** Stops or resumes the sending of refunds; those that are asked for meanwhile wait. */
export async function pauseRefunds(db: Queryable, shopId: string, by: string | undefined): Promise<void> {
  await db.query(
    `update wayleave.shops set refunds_paused_at = case when $2::text is null then null else wayleave.wall_clock() end,
       refunds_paused_by = $2 where id = $1`,
    [shopId, by ?? null],
  );
}

function toShop(row: ShopRow): ShopRecord {
  return { ...row, botId: row.botId ?? undefined, refundsPausedAtMs: row.refundsPausedAtMs ?? undefined };
}
