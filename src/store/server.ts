import type pg from 'pg';
import { StoreError } from './errors.ts';

const minimumServer = 150_000;

/**
 * Checks that the server is one that we can work with.
 *
 * @throws StoreError STORE_SERVER_TOO_OLD, STORE_READ_ONLY
 */
export async function checkServer(
  connection: Pick<pg.ClientBase, 'query'>,
  { writable }: { readonly writable: boolean },
): Promise<void> {
  const { rows } = await connection.query<{ number: number; version: string; standby: boolean }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version,
            pg_is_in_recovery() or current_setting('default_transaction_read_only')::boolean as standby`,
  );
  for (const { number, version, standby } of rows) {
    if (number < minimumServer) {
      throw new StoreError(
        'STORE_SERVER_TOO_OLD',
        `PostgreSQL ${version} is too old: Wayleave needs PostgreSQL 15 or newer`,
        { retry: 'never' },
      );
    }
    if (writable && standby) {
      throw new StoreError(
        'STORE_READ_ONLY',
        'the server is a standby or its database is read-only: use the URL of the primary',
        { retry: 'later' },
      );
    }
  }
}
