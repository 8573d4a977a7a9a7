import pg from 'pg';
import { StoreError } from './errors.ts';

export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database?sslmode=…` */
  readonly databaseUrl: string;
  readonly applicationName: string;
  /** The server gives a statement up after so many milliseconds; 0 for never. */
  readonly statementTimeoutMs: number;
}

/** How long a connection attempt, or the wait for a free one in the pool, may take. */
const connectTimeoutMs = 5_000;
/** The client waits a little longer than the server, so that a server that went silent is noticed too. */
const silenceMarginMs = 2_000;

/**
 * Settings for a `pg.Client` or `pg.Pool`.
 *
 * @throws StoreError STORE_URL_INVALID; its cause is left out because Node puts the whole URL, password included, into it
 */
export function connectionConfig(options: ConnectionOptions): pg.ClientConfig {
  const { databaseUrl, applicationName, statementTimeoutMs } = options;
  if (!/^postgres(ql)?:\/\//.test(databaseUrl) || !URL.canParse(databaseUrl)) {
    throw new StoreError(
      'STORE_URL_INVALID',
      'the database URL is not of the form postgres://user:password@host:port/database (percent-encode special characters in the password)',
      { retry: 'never' },
    );
  }
  return {
    connectionString: databaseUrl,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser },
    ...(statementTimeoutMs > 0 && {
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + silenceMarginMs,
      idle_in_transaction_session_timeout: statementTimeoutMs + silenceMarginMs,
    }),
  };
}

/** `host:port/database as user`, for messages. */
export function describeDatabase(databaseUrl: string): string {
  const { host, port, database, user } = new pg.Client({ connectionString: databaseUrl });
  return `${host}:${String(port)}/${database ?? ''} as ${user ?? ''}`;
}

/** Object ids of types, fixed for ever in pg_type.dat. */
const int8 = 20;
const timestamptz = 1184;

/**
 * How columns become JavaScript: int8 (bytes, money, revisions) is a bigint, so that nothing is rounded silently;
 * timestamptz is epoch milliseconds as everywhere in this code base.
 */
function getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
  if (oid === int8) return BigInt;
  if (oid === timestamptz) return parseInstant;
  const others = pg.types.getTypeParser as (oid: number, format: string) => (text: string) => unknown;
  return others(oid, format ?? 'text');
}

/** `2026-11-23 05:56:24.123456+00`; another form needs another DateStyle, and must not become NaN. */
function parseInstant(text: string): number {
  const epochMs = Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  if (Number.isNaN(epochMs)) {
    throw new StoreError('STORE_NONSENSE', 'the database writes instants in another form: set its DateStyle to ISO', {
      retry: 'never',
    });
  }
  return epochMs;
}
