import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { StoreError, toStoreError } from './errors.ts';

function databaseError(code: string, message = 'words', detail?: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError(message, message.length, 'error'), { code, detail });
}

describe('toStoreError', () => {
  it.each([
    ['08006', 'STORE_UNREACHABLE', 'later'],
    ['23505', 'STORE_CONSTRAINT', 'never'],
    ['25006', 'STORE_READ_ONLY', 'later'],
    ['26000', 'STORE_POOLER_UNFIT', 'later'],
    ['42P05', 'STORE_POOLER_UNFIT', 'later'],
    ['28P01', 'STORE_LOGIN_REFUSED', 'never'],
    ['3D000', 'STORE_DATABASE_MISSING', 'never'],
    ['40P01', 'STORE_CONTENTION', 'later'],
    ['40001', 'STORE_CONTENTION', 'later'],
    ['42501', 'STORE_RIGHTS', 'never'],
    ['42601', 'STORE_QUERY', 'never'],
    ['53300', 'STORE_FULL', 'later'],
    ['55P03', 'STORE_TIMEOUT', 'later'],
    ['57014', 'STORE_TIMEOUT', 'later'],
    ['57P01', 'STORE_UNREACHABLE', 'later'],
    ['57P03', 'STORE_UNREACHABLE', 'later'],
    ['XX000', 'STORE_QUERY', 'later'],
  ])('takes SQLSTATE %s for %s', (state, code, retry) => {
    expect(toStoreError(databaseError(state), 'doing')).toMatchObject({ code, retry });
  });

  it('tells what a pooler refuses for good from what it refuses for now', () => {
    const refused = databaseError('08P01', 'unsupported startup parameter: statement_timeout');
    expect(toStoreError(refused, 'doing').code).toBe('STORE_POOLER_UNFIT');
    expect(toStoreError(databaseError('08P01', 'query_wait_timeout'), 'doing').code).toBe('STORE_UNREACHABLE');
  });

  it('keeps what it is given when that is a StoreError already', () => {
    const error = new StoreError('STORE_TIMEOUT', 'slow', { retry: 'later' });
    expect(toStoreError(error, 'doing')).toBe(error);
  });

  it('does not carry values of rows along', () => {
    const { cause } = toStoreError(databaseError('23505', 'duplicate', 'Key (token_hash)=(secret)'), 'doing');
    expect(JSON.stringify(Object.entries(cause ?? {})) + String(cause)).not.toContain('secret');
  });
});
