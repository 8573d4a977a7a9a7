import { withoutNulls, type Queryable, type RowOf } from '../store/index.ts';

/** Of the job that reads a provider's books; the provider's name follows. */
export const booksJobPrefix = 'reconcile-';

/** How a job of a shop stands; every replica can take over from here. */
export interface JobRecord {
  readonly name: string;
  /** Where it goes on; empty at first. */
  readonly cursor: string;
  readonly lastSuccessAtMs: number | undefined;
  /** Of the newest run, where that failed. */
  readonly lastError: string | undefined;
}

/** All jobs of a shop that ever ran. */
export async function jobsOf(db: Queryable, shopId: string): Promise<JobRecord[]> {
  const rows = await db.query<RowOf<JobRecord>>(
    `select name, cursor, last_success_at as "lastSuccessAtMs", last_error as "lastError"
     from wayleave.jobs where shop_id = $1 order by name`,
    [shopId],
  );
  return rows.map(withoutNulls);
}

/** @returns empty for a job that has not come anywhere yet */
export async function jobCursor(db: Queryable, shopId: string, name: string): Promise<string> {
  const [row] = await db.query<{ cursor: string }>(
    'select cursor from wayleave.jobs where shop_id = $1 and name = $2',
    [shopId, name],
  );
  return row?.cursor ?? '';
}

export async function setJobCursor(db: Queryable, shopId: string, name: string, cursor: string): Promise<void> {
  await db.query(
    `insert into wayleave.jobs as j (shop_id, name, cursor) values ($1, $2, $3)
     on conflict (shop_id, name) do update set cursor = excluded.cursor where j.cursor <> excluded.cursor`,
    [shopId, name, cursor],
  );
}

/** @returns epoch milliseconds, as recorded */
export async function noteJobSuccess(db: Queryable, shopId: string, name: string): Promise<number> {
  const [row] = await db.query<{ atMs: number }>(
    `insert into wayleave.jobs (shop_id, name, last_success_at) values ($1, $2, wayleave.wall_clock())
     on conflict (shop_id, name) do update set last_success_at = excluded.last_success_at, last_error = null
     returning last_success_at as "atMs"`,
    [shopId, name],
  );
  return row?.atMs ?? 0;
}

/** @param error one line, without secrets and personal data */
export async function noteJobFailure(db: Queryable, shopId: string, name: string, error: string): Promise<void> {
  await db.query(
    `insert into wayleave.jobs (shop_id, name, last_error) values ($1, $2, $3)
     on conflict (shop_id, name) do update set last_error = excluded.last_error`,
    [shopId, name, error.slice(0, 500)],
  );
}
