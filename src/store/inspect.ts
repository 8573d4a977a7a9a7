import pg from 'pg';
import { sleep, type Clock } from '../base/clock.ts';
import { connectionConfig } from './connection.ts';
import { toStoreError } from './errors.ts';
import { readMigrations } from './migration-files.ts';
import { rights, roleNames, type StoreRole } from './rights.ts';
import { checkSchemaVersion, type AppliedMigration } from './schema-version.ts';
import type { Queryable } from './store.ts';

/** The server as it is now, for people. */
export interface ServerFacts {
  readonly version: string;
  /** Connections of everybody. */
  readonly connections: number;
  /** As many as there may be, those kept for superusers left out. */
  readonly mostConnections: number;
  readonly databaseBytes: bigint;
  /** Epoch milliseconds by its clock. */
  readonly nowMs: number;
}

export async function inspectServer(db: Queryable): Promise<ServerFacts> {
  const [facts] = await db.query<ServerFacts>(
    `select current_setting('server_version') as version,
       (select count(*)::integer from pg_stat_activity where backend_type = 'client backend') as connections,
       current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
         as "mostConnections",
       pg_database_size(current_database()) as "databaseBytes", clock_timestamp() as "nowMs"`,
  );
  if (facts === undefined) throw toStoreError(new Error('no row'), 'inspecting the server');
  return facts;
}

/** What is wrong with the schema, in a sentence, and how far it is. */
export async function inspectSchema(
  db: Queryable,
): Promise<{ readonly version: string | undefined; readonly problem: string | undefined }> {
  const [table] = await db.query(
    `select from pg_tables where schemaname = 'wayleave' and tablename = 'schema_migrations'`,
  );
  if (table === undefined) return { version: undefined, problem: 'the database holds no Wayleave schema' };
  const applied = await db.query<AppliedMigration>(
    'select version, checksum, requires from wayleave.schema_migrations order by version',
  );
  const version = applied.at(-1)?.version;
  try {
    checkSchemaVersion(await readMigrations(), applied);
    return { version, problem: undefined };
  } catch (thrown) {
    return { version, problem: toStoreError(thrown, 'checking the schema').message };
  }
}

export interface RoleFacts {
  readonly role: string;
  readonly exists: boolean;
  /** `insert on orders`, … */
  readonly missing: readonly string[];
}

/** The group role of each part, and which of its rights it lacks. Asks the catalogue, which everybody may read. */
export async function inspectRoles(db: Queryable): Promise<readonly RoleFacts[]> {
  const parts = Object.entries(roleNames) as [Exclude<StoreRole, 'migrate'>, string][];
  return Promise.all(
    parts.map(async ([part, role]) => {
      const needed = Object.entries(rights[part]).flatMap(([table, privileges]) =>
        privileges.map((privilege) => ({ table, privilege })),
      );
      const rows = await db.query<{ missing: string[] }>(
        `select coalesce((
           select array_agg(need.privilege || ' on ' || need.relation order by need.relation)
           from unnest($2::text[], $3::text[]) as need (relation, privilege)
           left join pg_class c on c.relname = need.relation
             and c.relnamespace = (select oid from pg_namespace where nspname = 'wayleave')
           where c.oid is null or not has_table_privilege(r.oid, c.oid, need.privilege)
         ), '{}') as missing
         from pg_roles r where r.rolname = $1`,
        [role, needed.map(({ table }) => table), needed.map(({ privilege }) => privilege)],
      );
      return { role, exists: rows.length > 0, missing: rows[0]?.missing ?? [] };
    }),
  );
}

export interface ProgramSessions {
  /** `wayleave-operator/0.1.0` */
  readonly program: string;
  readonly sessions: number;
}

/** Programs of ours that are connected, as far as this user may see the sessions of others. */
export async function inspectSessions(db: Queryable): Promise<readonly ProgramSessions[]> {
  return db.query<ProgramSessions>(
    `select application_name as program, count(*)::integer as sessions from pg_stat_activity
     where datname = current_database() and application_name like 'wayleave-%' group by 1 order by 1`,
  );
}

const notifiedWithinMs = 3_000;

/**
 * Whether a notification comes through: a pooler between us and Postgres takes LISTEN and loses what is listened for.
 *
 * @param listenUrl where parts listen
 * @param db where they notify
 */
export async function carriesNotifications(listenUrl: string, db: Queryable, clock: Clock): Promise<boolean> {
  const application = { applicationName: 'wayleave-inspect', statementTimeoutMs: notifiedWithinMs };
  const client = new pg.Client(connectionConfig({ databaseUrl: listenUrl, ...application }));
  const heard = new AbortController();
  client.on('notification', () => {
    heard.abort();
  });
  // What breaks it fails the statement that runs.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('listen wayleave_inspection');
    await db.query(`select pg_notify('wayleave_inspection', '')`);
    await sleep(clock, notifiedWithinMs, heard.signal);
    return heard.signal.aborted;
  } catch (thrown) {
    throw toStoreError(thrown, 'listening for notifications');
  } finally {
    await client.end();
  }
}
