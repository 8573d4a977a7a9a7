import type { Queryable } from '../store/index.ts';

/** What a chat is in the middle of. Its fields are of whoever opened it. */
export interface Dialog {
  readonly kind: string;
  readonly [name: string]: string | number | boolean;
}

/** Remembers what the next message of a chat means, in the place of what it meant before. */
export async function openDialog(
  db: Queryable,
  { shopId, telegramId, validMs }: { readonly shopId: string; readonly telegramId: number; readonly validMs: number },
  dialog: Dialog,
): Promise<void> {
  await db.query(
    `insert into wayleave.dialogs (shop_id, telegram_id, state, expires_at)
     values ($1, $2, $3, wayleave.wall_clock() + make_interval(secs => $4::double precision / 1000))
     on conflict (shop_id, telegram_id) do update set state = excluded.state, expires_at = excluded.expires_at`,
    [shopId, telegramId, JSON.stringify(dialog), validMs],
  );
}

export async function findDialog(db: Queryable, shopId: string, telegramId: number): Promise<Dialog | undefined> {
  const [row] = await db.query<{ state: Dialog }>(
    `select state from wayleave.dialogs
     where shop_id = $1 and telegram_id = $2 and expires_at > wayleave.wall_clock()`,
    [shopId, telegramId],
  );
  return row?.state;
}

export async function closeDialog(db: Queryable, shopId: string, telegramId: number): Promise<void> {
  await db.query('delete from wayleave.dialogs where shop_id = $1 and telegram_id = $2', [shopId, telegramId]);
}

/** Forgets dialogs that nobody went on with. */
export async function expireDialogs(db: Queryable, shopId: string): Promise<void> {
  await db.query('delete from wayleave.dialogs where shop_id = $1 and expires_at <= wayleave.wall_clock()', [shopId]);
}
