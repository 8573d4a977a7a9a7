import pg from 'pg';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { connectionConfig, describeDatabase } from './connection.ts';
import { StoreError, toStoreError } from './errors.ts';
import { readMigrations, type MigrationFile } from './migration-files.ts';
import { grantRights } from './roles.ts';
import { pendingMigrations, unknownVersions, type AppliedMigration } from './schema-version.ts';
import { checkServer } from './server.ts';

export interface MigrateOptions {
  readonly databaseUrl: string;
  readonly log: Log;
  /** Folder of SQL files instead of the program's own. */
  readonly directory?: string;
}

export interface MigrateResult {
  /** Versions that this run applied. */
  readonly applied: readonly string[];
  /** Newest version that the database now has. */
  readonly version: string;
  /** Versions in the database that this program does not know, because a newer one migrated. */
  readonly unknown: readonly string[];
}

/** Held in a transaction, so it needs no session of its own behind a pooler. "wayleave" in ASCII. */
const lockKey = '8602290269718672997';
/** A migration that waits for a table lock makes everybody else wait behind it. */
const tableLockTimeout = '10s';

const bootstrap = `
  create schema if not exists wayleave;
  create table if not exists wayleave.schema_migrations (
    version text primary key,
    checksum text not null,
    requires text,
    applied_at timestamptz not null default now()
  );`;

/**
 * Brings the schema up to date, one transaction per migration, and grants each part its rights. Safe to start any number
 * of times at once and to kill at any moment; does nothing when there is nothing to do.
 *
 * @throws StoreError
 */
export async function migrate({ databaseUrl, log, directory }: MigrateOptions): Promise<MigrateResult> {
  const known = await readMigrations(directory);
  const config = connectionConfig({ databaseUrl, applicationName: 'wayleave-migrate', statementTimeoutMs: 0 });
  const target = describeDatabase(databaseUrl);
  const client = new pg.Client(config);
  // A connection that breaks fails the statement that runs, or the next one; without a listener Node ends the process.
  client.on('error', (error) => {
    log.warn({ err: error }, 'database connection lost');
  });
  try {
    await client.connect();
    await checkServer(client, { writable: true });
    const applied: string[] = [];
    for (;;) {
      const step = await applyNext(client, known);
      if (step.version === undefined) return await finish(client, known, applied, step.rows, log);
      log.info({ migration: step.version }, 'migration applied');
      applied.push(step.version);
    }
  } catch (thrown) {
    const error = toStoreError(thrown, `migrating ${target}`);
    if (error.code !== 'STORE_RIGHTS') throw error;
    throw new StoreError(
      'STORE_RIGHTS',
      `migrating ${target}: the user may not change the schema. Migrate as the owner of schema wayleave, or, for the first time, as a user with CREATE on the database (${describeError(error.cause)})`,
      { retry: 'never', cause: error.cause },
    );
  } finally {
    await client.end();
  }
}

async function finish(
  client: pg.Client,
  known: readonly MigrationFile[],
  applied: readonly string[],
  rows: readonly AppliedMigration[],
  log: Log,
): Promise<MigrateResult> {
  await inLockedTransaction(client, () => grantRights(client, log));
  const unknown = unknownVersions(known, rows);
  if (unknown.length > 0) log.warn({ unknown }, 'the schema is newer than this program');
  return { applied, version: rows.at(-1)?.version ?? '', unknown };
}

/** Applies the first pending migration, whoever applied the ones before it. */
async function applyNext(
  client: pg.Client,
  known: readonly MigrationFile[],
): Promise<{ version: string | undefined; rows: readonly AppliedMigration[] }> {
  return inLockedTransaction(client, async () => {
    if (!(await hasHistory(client))) await client.query(bootstrap);
    const { rows } = await client.query<AppliedMigration>(
      'select version, checksum, requires from wayleave.schema_migrations order by version',
    );
    const next = pendingMigrations(known, rows)[0];
    if (next === undefined) return { version: undefined, rows };
    await client.query(`set local lock_timeout = '${tableLockTimeout}'; set local search_path = wayleave, pg_temp`);
    try {
      await client.query(next.sql);
    } catch (thrown) {
      throw migrationFailed(next, thrown);
    }
    await client.query('insert into wayleave.schema_migrations (version, checksum, requires) values ($1, $2, $3)', [
      next.version,
      next.checksum,
      next.requires ?? null,
    ]);
    return { version: next.version, rows };
  });
}

function migrationFailed(file: MigrationFile, thrown: unknown): StoreError {
  const cause = toStoreError(thrown, `migration ${file.version}`);
  if (cause.code === 'STORE_RIGHTS' || cause.code === 'STORE_UNREACHABLE') return cause;
  return new StoreError(
    'STORE_MIGRATION_FAILED',
    `migration ${file.version} failed and was rolled back (${describeError(cause.cause)})`,
    { retry: cause.retry, cause },
  );
}

/** `create … if not exists` asks for the right to create even when there is nothing to create. */
async function hasHistory(client: pg.Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'wayleave' and c.relname = 'schema_migrations'`,
  );
  return rowCount === 1;
}

async function inLockedTransaction<Result>(client: pg.Client, body: () => Promise<Result>): Promise<Result> {
  await client.query('begin');
  try {
    await client.query(`select pg_advisory_xact_lock(${lockKey})`);
    const result = await body();
    await client.query('commit');
    return result;
  } catch (thrown) {
    // When even this fails the connection is gone, and with it the transaction; the first error is the one that matters.
    await client.query('rollback').catch(() => undefined);
    throw thrown;
  }
}
