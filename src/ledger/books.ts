import type { Queryable } from '../store/index.ts';

/** How far the books of a shop go: what tells a database that was restored from the one that was there before. */
export interface Books {
  /** Epoch milliseconds by Postgres' clock of the newest work that a job has finished; undefined before the first. Only grows. */
  readonly untilMs: number | undefined;
  /** Whether nobody has ever paid. */
  readonly isEmpty: boolean;
}

export async function readBooks(db: Queryable, shopId: string): Promise<Books> {
  const [row] = await db.query<{ untilMs: number | null; isEmpty: boolean }>(
    `select (select max(last_success_at) from wayleave.jobs where shop_id = $1) as "untilMs",
       not exists (select from wayleave.charges where shop_id = $1) as "isEmpty"`,
    [shopId],
  );
  return { untilMs: row?.untilMs ?? undefined, isEmpty: row?.isEmpty ?? true };
}
