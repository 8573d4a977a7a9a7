import pg from 'pg';
import type { Log } from '../base/log.ts';
import { connectionConfig, describeDatabase } from './connection.ts';
import { StoreError, toStoreError } from './errors.ts';
import { readMigrations } from './migration-files.ts';
import { rights, roleNames, type StoreRole } from './rights.ts';
import { checkSchemaVersion, type AppliedMigration } from './schema-version.ts';
import { checkServer } from './server.ts';
import { Store } from './store.ts';

export interface OpenStoreOptions {
  readonly databaseUrl: string;
  readonly role: StoreRole;
  readonly log: Log;
  /** Connections at most; 10 when absent. */
  readonly poolSize?: number;
  /** 5,000 when absent. */
  readonly statementTimeoutMs?: number;
  readonly applicationName: string;
  /** Folder of SQL files instead of the program's own. */
  readonly directory?: string;
}

/**
 * Opens the database for one part, after checking that it is reachable, new enough, migrated, and that the part has its
 * rights. With `retry: 'later'` the same call can succeed without anybody changing this program's settings.
 *
 * @throws StoreError a distinct code each, with a sentence that says how to mend it
 */
export async function openStore(options: OpenStoreOptions): Promise<Store> {
  const { databaseUrl, role, log, poolSize = 10, statementTimeoutMs = 5_000, applicationName } = options;
  const config = connectionConfig({ databaseUrl, applicationName, statementTimeoutMs });
  const description = describeDatabase(databaseUrl);
  const pool = new pg.Pool({ ...config, max: poolSize, idleTimeoutMillis: 30_000, maxLifetimeSeconds: 3_600 });
  const store = new Store(pool, description, log);
  try {
    await check(pool, role, description, options.directory);
    return store;
  } catch (thrown) {
    await store.close();
    throw explain(toStoreError(thrown, `opening ${description}`), description);
  }
}

async function check(pool: pg.Pool, role: StoreRole, description: string, directory?: string): Promise<void> {
  const client = await pool.connect();
  let failed = true;
  try {
    await checkServer(client, { writable: role !== 'subscriptions' });
    if (role !== 'migrate') {
      await checkRights(client, role, description);
      const { rows } = await client.query<AppliedMigration>(
        'select version, checksum, requires from wayleave.schema_migrations order by version',
      );
      checkSchemaVersion(await readMigrations(directory), rows);
    }
    failed = false;
  } finally {
    client.release(failed);
  }
}

/** Asks the catalogue, which everybody may read, before touching a table that he may not. */
async function checkRights(client: pg.ClientBase, role: keyof typeof roleNames, description: string): Promise<void> {
  const needed = Object.entries(rights[role]).flatMap(([table, privileges]) =>
    privileges.map((privilege) => ({ table, privilege })),
  );
  const { rows } = await client.query<{ migrated: boolean; missing: string[] }>(
    `select exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where n.nspname = 'wayleave' and c.relname = 'schema_migrations') as migrated,
            coalesce((
              select array_agg(need.privilege || ' on ' || need.relation order by need.relation)
              from unnest($1::text[], $2::text[]) as need (relation, privilege)
              join pg_namespace n on n.nspname = 'wayleave'
              join pg_class c on c.relnamespace = n.oid and c.relname = need.relation
              where not has_schema_privilege(n.oid, 'usage') or not has_table_privilege(c.oid, need.privilege)
            ), '{}') as missing`,
    [needed.map((need) => need.table), needed.map((need) => need.privilege)],
  );
  for (const { migrated, missing } of rows) {
    if (!migrated) {
      throw new StoreError(
        'STORE_NOT_MIGRATED',
        `${description} holds no Wayleave schema: run "wayleave migrate" against this database`,
        { retry: 'later' },
      );
    }
    if (missing.length > 0) {
      throw new StoreError(
        'STORE_RIGHTS',
        `${description} lacks rights (${missing.slice(0, 3).join(', ')}${missing.length > 3 ? ', …' : ''}): run "wayleave migrate", and use a login that has role ${roleNames[role]}: the one of the part whose work this is`,
        // A migration grants at its end, and in a cluster everything starts at once.
        { retry: 'later' },
      );
    }
  }
}

const remedies: Partial<Record<StoreError['code'], string>> = {
  STORE_UNREACHABLE: 'check host and port of the database URL, and that the server runs',
  STORE_TLS:
    'set sslmode in the database URL to what the server offers, or trust its certificate (NODE_EXTRA_CA_CERTS)',
  STORE_LOGIN_REFUSED: 'check user and password in the database URL, and pg_hba.conf on the server',
  STORE_DATABASE_MISSING: 'create it, or correct its name in the database URL',
  STORE_FULL: 'raise max_connections on the server, or lower the pool sizes',
  STORE_POOLER_UNFIT:
    'use a direct URL, or set ignore_startup_parameters = statement_timeout,idle_in_transaction_session_timeout and max_prepared_statements = 100 in PgBouncer (1.21 or newer)',
};

function explain(error: StoreError, description: string): StoreError {
  const remedy = remedies[error.code];
  if (remedy === undefined) return error;
  return new StoreError(
    error.code,
    `${error.message.startsWith('opening') ? error.message : `opening ${description}`}; ${remedy}`,
    {
      retry: error.retry,
      cause: error.cause,
    },
  );
}
