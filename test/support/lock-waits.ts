import type pg from 'pg';
import { waitUntil } from './processes.ts';

/** Resolves when a session of this database waits for a lock that another one holds. */
export async function untilLockWait(owner: pg.Pool): Promise<void> {
  await waitUntil('waiting for a lock', async () => {
    const { rows } = await owner.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
}
