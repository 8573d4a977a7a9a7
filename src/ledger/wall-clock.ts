import type { Queryable } from '../store/index.ts';

/** The one clock of money. @returns epoch milliseconds */
export async function readWallClock(db: Queryable): Promise<number> {
  const [row] = await db.query<{ nowMs: number }>('select wayleave.wall_clock() as "nowMs"');
  return row?.nowMs ?? 0;
}
