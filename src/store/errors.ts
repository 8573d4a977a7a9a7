import pg from 'pg';
import { WayleaveError, type Retry } from '../base/errors.ts';

/** Everything that can be wrong with the database, one code each. */
export const storeErrorCodes = {
  STORE_URL_INVALID: 'the database URL cannot be understood',
  STORE_UNREACHABLE: 'no answer: name resolution, refused or cut connection, or the server starts or stops',
  STORE_TLS: 'TLS is demanded and not offered, or the certificate is not trusted',
  STORE_LOGIN_REFUSED: 'the server refuses this user or password',
  STORE_DATABASE_MISSING: 'the server has no database of that name',
  STORE_FULL: 'the server has no connection, memory or disk left, or the pool was busy for too long',
  STORE_POOLER_UNFIT: 'a connection pooler in between refuses or mixes up what we need',
  STORE_SERVER_TOO_OLD: 'the server is older than PostgreSQL 15',
  STORE_READ_ONLY: 'the server takes no writes: a standby, or a read-only database',
  STORE_RIGHTS: 'the user lacks a right',
  STORE_NOT_MIGRATED: 'the database holds no Wayleave schema',
  STORE_SCHEMA_TOO_OLD: 'the schema is older than this program needs',
  STORE_SCHEMA_TOO_NEW: 'the schema has left this program behind',
  STORE_MIGRATION_EDITED: 'a migration file differs from what was applied',
  STORE_MIGRATION_ORDER: 'a migration was added before one that is already applied',
  STORE_MIGRATION_FAILED: 'a migration failed and was rolled back',
  STORE_TIMEOUT: 'a statement or a lock took longer than allowed',
  STORE_CONTENTION: 'a deadlock or a serialization failure; the transaction was rolled back',
  STORE_CONSTRAINT: 'the database refused values that break a rule of the schema',
  STORE_QUERY: 'a statement failed in a way that no other code names',
  STORE_NONSENSE: 'a row does not look as the schema promises',
  STORE_IDENTITY_CONFLICT: 'a subscription id and a name do not belong together',
  STORE_SUBSCRIPTION_UNKNOWN: 'there is no subscription of that id',
  STORE_PANEL_UNKNOWN: 'there is no panel of that id',
  STORE_TOKEN_KEYS_INVALID: 'the token keys cannot be used',
  STORE_TOKEN_KEY_MISSING: 'a token was derived under a key that is not among the token keys',
} as const;

export type StoreErrorCode = keyof typeof storeErrorCodes;

/** `message` never holds a password, a token or a value of a row. */
export class StoreError extends WayleaveError<StoreErrorCode> {
  /** Name of the violated constraint, for STORE_CONSTRAINT. */
  readonly constraint: string | undefined;

  constructor(
    code: StoreErrorCode,
    message: string,
    options: { readonly retry: Retry; readonly cause?: unknown; readonly constraint?: string | undefined },
  ) {
    super(code, message, options);
    this.constraint = options.constraint;
  }
}

interface Verdict {
  readonly code: StoreErrorCode;
  readonly retry: Retry;
}

/** SQLSTATE, or its class of two characters: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const verdicts: Readonly<Record<string, Verdict>> = {
  '08': { code: 'STORE_UNREACHABLE', retry: 'later' },
  '23': { code: 'STORE_CONSTRAINT', retry: 'never' },
  '25006': { code: 'STORE_READ_ONLY', retry: 'later' },
  '25P03': { code: 'STORE_TIMEOUT', retry: 'later' },
  // A named statement that another connection prepared: a pooler gave us that one's session.
  '26000': { code: 'STORE_POOLER_UNFIT', retry: 'later' },
  '28': { code: 'STORE_LOGIN_REFUSED', retry: 'never' },
  '3D000': { code: 'STORE_DATABASE_MISSING', retry: 'never' },
  '40': { code: 'STORE_CONTENTION', retry: 'later' },
  '42P05': { code: 'STORE_POOLER_UNFIT', retry: 'later' },
  '42501': { code: 'STORE_RIGHTS', retry: 'never' },
  '53': { code: 'STORE_FULL', retry: 'later' },
  '55P03': { code: 'STORE_TIMEOUT', retry: 'later' },
  '57': { code: 'STORE_UNREACHABLE', retry: 'later' },
  '57014': { code: 'STORE_TIMEOUT', retry: 'later' },
  '58': { code: 'STORE_QUERY', retry: 'later' },
  XX: { code: 'STORE_QUERY', retry: 'later' },
};

const tlsCodes = /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY))/;

/** What `pg` and `pg-pool` throw without any code, by their own words. */
const wordless: readonly (readonly [RegExp, Verdict])[] = [
  [/read timeout/i, { code: 'STORE_TIMEOUT', retry: 'later' }],
  [/when trying to connect/i, { code: 'STORE_FULL', retry: 'later' }],
  [/does not support SSL/i, { code: 'STORE_TLS', retry: 'never' }],
  [/password must be a string|SASL/i, { code: 'STORE_LOGIN_REFUSED', retry: 'never' }],
  [/connection|not queryable|after calling end/i, { code: 'STORE_UNREACHABLE', retry: 'later' }],
];

/**
 * Turns anything that `pg` threw into a StoreError.
 *
 * @param doing what was attempted, for the message; no values of rows
 */
export function toStoreError(thrown: unknown, doing: string): StoreError {
  if (thrown instanceof StoreError) return thrown;
  const { code, retry } = judge(thrown);
  const constraint = thrown instanceof pg.DatabaseError ? thrown.constraint : undefined;
  return new StoreError(code, `${doing}: ${storeErrorCodes[code]}`, {
    retry,
    cause: withoutValues(thrown),
    constraint,
  });
}

function judge(thrown: unknown): Verdict {
  const code = errorCode(thrown);
  if (thrown instanceof pg.DatabaseError) {
    // PgBouncer has one code, 08P01, for everything that it says.
    if (/unsupported startup parameter/.test(thrown.message)) return { code: 'STORE_POOLER_UNFIT', retry: 'never' };
    return verdicts[code] ?? verdicts[code.slice(0, 2)] ?? { code: 'STORE_QUERY', retry: 'never' };
  }
  if (tlsCodes.test(code)) return { code: 'STORE_TLS', retry: 'never' };
  // System errors (ECONNREFUSED, ENOTFOUND, ETIMEDOUT, EPIPE …) all mean that nobody answered.
  if (/^E[A-Z]+$/.test(code)) return { code: 'STORE_UNREACHABLE', retry: 'later' };
  const message = thrown instanceof Error ? thrown.message : '';
  return wordless.find(([words]) => words.test(message))?.[1] ?? { code: 'STORE_QUERY', retry: 'never' };
}

function errorCode(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}

/** Postgres puts the values of the offending row into `detail` and `where`, and loggers print every property. */
function withoutValues(thrown: unknown): unknown {
  if (!(thrown instanceof pg.DatabaseError)) return thrown;
  const clean = new Error(thrown.message.replaceAll(/"(?=[^"]*:)[^"]*"/g, '"…"'));
  clean.name = 'PostgresError';
  return Object.assign(clean, { sqlState: thrown.code, table: thrown.table, constraint: thrown.constraint });
}
