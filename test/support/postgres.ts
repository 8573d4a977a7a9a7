import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Client, escapeIdentifier } from 'pg';
import { describeError } from '../../src/base/errors.ts';
import { claimDirectory, type ClaimedDirectory } from './data-directory.ts';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';
import { findPostgres, postgresUser, type PostgresBinaries, type SystemUser } from './postgres-binaries.ts';
import { locateData, openData, type PostgresData } from './postgres-data.ts';
import { freePort } from './processes.ts';
import { awaitReady } from './readiness.ts';

export interface PostgresOptions {
  /** Keeps data, the superuser's password and the log; the same directory continues the same databases. */
  readonly directory: string;
  /** Survive a crash of the machine at the price of an fsync per commit; default false. */
  readonly durable?: boolean;
  /** Server settings, such as `{ max_connections: '50' }`; they win over ours. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface Postgres {
  /** The superuser's URL of the database `postgres`, with the password in it. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly logFile: string;
  /** The superuser's URL of another database. */
  urlOf(database: string): string;
  /** @param options.template copied block by block (40 ms); nobody may be connected to it */
  createDatabase(name: string, options?: { readonly template?: string }): Promise<void>;
  /** Cuts off whoever is connected. Does nothing when there is no such database. */
  dropDatabase(name: string): Promise<void>;
  /** Runs one statement as the superuser and returns its rows. */
  query<Row extends object>(sql: string, parameters?: readonly unknown[]): Promise<Row[]>;
  /** Ends the server; the data stay. */
  stop(): Promise<void>;
}

/** Where PostgreSQL keeps the data of `directory`; whoever throws the data away removes this folder too. */
export async function postgresDataDirectory(directory: string): Promise<string> {
  return locateData(path.resolve(directory), await postgresUser());
}

/**
 * Starts a PostgreSQL 18 on a loopback port, as root through the system user `postgres`. It cannot outlive this process.
 *
 * @throws SupportError DIRECTORY_IN_USE, DIRECTORY_VERSION, MACHINE_LACKS, PROGRAM_FAILED (with the end of its log)
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const directory = path.resolve(options.directory);
  const user = await postgresUser();
  const binaries = await findPostgres(user);
  await mkdir(directory, { recursive: true });
  const claim = await claimDirectory(directory);
  try {
    const server = { ...options, directory, binaries, user, claim, data: await openData(directory, binaries, user) };
    return await bootOnFreePort(server);
  } catch (error) {
    await claim.release();
    throw error;
  }
}

interface Server extends PostgresOptions {
  readonly binaries: PostgresBinaries;
  readonly user: SystemUser | undefined;
  readonly claim: ClaimedDirectory;
  readonly data: PostgresData;
}

/** A free port can be taken by somebody before postgres takes it, so a lost race is run again. */
async function bootOnFreePort(server: Server): Promise<Postgres> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const program = await start(server, port);
    const postgres = handleOf(server, port, program);
    try {
      const holds = async (): Promise<boolean> => (await postgres.query('SELECT 1')).length === 1;
      await awaitReady({ programs: new Map([['postgres', program]]), what: 'answering', holds, timeoutMs: 60_000 });
      return postgres;
    } catch (error) {
      await program.stop();
      if (attempt === 3 || !describeError(error).includes('could not bind')) throw error;
    }
  }
}

const FORGETFUL = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' };

async function start(
  { directory, durable = false, settings = {}, binaries, user, claim, data }: Server,
  port: number,
): Promise<GuardedProcess> {
  const all: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    // A socket's path may be at most 107 bytes long and its folder would have to exist: TCP serves everybody.
    unix_socket_directories: '',
    port: String(port),
    max_connections: '300',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(durable ? {} : FORGETFUL),
    ...settings,
  };
  const logFile = path.join(directory, 'postgres.log');
  await rm(logFile, { force: true });
  const program = await startGuarded({
    file: binaries.postgres,
    args: ['-D', data.dataDirectory, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    env: { ...process.env, LC_ALL: 'C' },
    cwd: data.dataDirectory,
    logFile,
    // Fast shutdown; SIGTERM would wait for every client to leave.
    stopSignal: 'SIGINT',
    ...(user === undefined ? {} : { user }),
  });
  await claim.remember(program.pid);
  return program;
}

function handleOf({ data, claim }: Server, port: number, program: GuardedProcess): Postgres {
  const urlOf = (database: string): string =>
    `postgres://postgres:${data.password}@127.0.0.1:${port}/${encodeURIComponent(database)}`;
  const url = urlOf('postgres');
  const query: Postgres['query'] = async <Row extends object>(sql: string, parameters: readonly unknown[] = []) => {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...parameters])).rows;
    } finally {
      await client.end();
    }
  };
  return {
    url,
    port,
    pid: program.pid,
    logFile: program.logFile,
    urlOf,
    query,
    async createDatabase(name, { template } = {}) {
      const from = template === undefined ? '' : ` TEMPLATE ${escapeIdentifier(template)}`;
      await query(`CREATE DATABASE ${escapeIdentifier(name)}${from}`);
    },
    async dropDatabase(name) {
      await query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
    },
    async stop() {
      await program.stop();
      await claim.release();
    },
  };
}
