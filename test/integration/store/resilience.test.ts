import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { migrate, openStore, StoreError, type Store } from '../../../src/store/index.ts';
import { freshDatabase } from '../../support/database.ts';
import { startPostgres } from '../../support/postgres.ts';
import { execute, freshStore, openAs, subscription } from './support.ts';

async function eventually<Result>(action: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await action();
    } catch (thrown) {
      if (!(thrown instanceof StoreError) || thrown.retry !== 'later') throw thrown;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

const terminate = (databaseUrl: string): Promise<void> =>
  execute(
    databaseUrl,
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );

describe('connections that are cut', () => {
  it('while idle cost nothing but a warning', async () => {
    const { url } = await freshDatabase();
    const warnings: string[] = [];
    const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) };
    const store = await openStore({ databaseUrl: url, role: 'operator', log, applicationName: 'test' });
    onTestFinished(() => store.close());
    await Promise.all([store.query('select pg_sleep(0.05)'), store.query('select pg_sleep(0.05)')]);
    await terminate(url);
    await eventually(() => subscription(store));
    expect(warnings.length).toBeLessThanOrEqual(3);
  });

  it('inside a transaction fail it as something to retry, also between two statements', async () => {
    const { url } = await freshDatabase();
    const store = await openAs('operator', url);
    const attempt = store.transaction(async (tx) => {
      await tx.query(`insert into wayleave.panels (id, namespace, name) values (gen_random_uuid(), 'shop', 'lost')`);
      await terminate(url);
      await tx.query('select');
    });
    await expect(attempt).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retry: 'later' });
    expect(await eventually(() => store.query('select from wayleave.panels'))).toEqual([]);
  });
});

it('goes on after Postgres crashed and started again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'store-crash-'));
  await chmod(directory, 0o711);
  const postgres = await startPostgres({ directory, durable: true });
  onTestFinished(async () => {
    await postgres.stop();
    await rm(directory, { recursive: true });
  });
  const name = `crash_${randomBytes(4).toString('hex')}`;
  await postgres.createDatabase(name);
  const databaseUrl = postgres.urlOf(name);
  await migrate({ databaseUrl, log: silentLog });
  const store = await openAs('operator', databaseUrl);
  const before = await subscription(store);
  const [backend] = await store.query<{ pid: number }>('select pg_backend_pid() as pid');
  if (backend === undefined) throw new Error('no backend');
  // The postmaster takes the death of one backend for corrupted memory: it throws everybody out and recovers.
  process.kill(backend.pid, 'SIGKILL');
  expect(await eventually(() => subscription(store))).toEqual(before);
});

describe('statements', () => {
  it('that take too long are given up by the server', async () => {
    const { url } = await freshDatabase();
    const store = await openStore({
      databaseUrl: url,
      role: 'operator',
      log: silentLog,
      applicationName: 'test',
      statementTimeoutMs: 50,
    });
    onTestFinished(() => store.close());
    const slow = store.query('select pg_sleep(60)');
    await expect(slow).rejects.toMatchObject({ code: 'STORE_TIMEOUT', retry: 'later' });
  });

  it('that break a rule say which, and show no value', async () => {
    const store = await freshStore();
    const { id, generations } = await subscription(store);
    const uuid = generations[0]?.clientUuid ?? '';
    const attempt = store.query('insert into wayleave.credentials values ($1, 2, $2)', [id, uuid]);
    const error: unknown = await attempt.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'STORE_CONSTRAINT', constraint: 'credentials_client_uuid_key' });
    const cause = error instanceof Error ? error.cause : undefined;
    expect(JSON.stringify(Object.entries(cause ?? {})) + String(cause)).not.toContain(uuid);
  });

  it('give bigints, epoch milliseconds and nulls as promised', async () => {
    const store = await freshStore();
    const [row] = await store.query(
      `select 9007199254740993::bigint as big, timestamptz '2026-11-23 05:56:24.123+02' as at, null::timestamptz as never,
              timestamptz '1999-12-31 23:59:59+00' as whole`,
    );
    expect(row).toEqual({
      big: 9007199254740993n,
      at: Date.UTC(2026, 10, 23, 3, 56, 24, 123),
      never: null,
      whole: Date.UTC(1999, 11, 31, 23, 59, 59),
    });
  });
});

describe('transactions', () => {
  const names = (store: Store): Promise<object[]> => store.query('select name from wayleave.panels order by name');
  const insert = `insert into wayleave.panels (id, namespace, name) values (gen_random_uuid(), 'shop', $1)`;

  it('are rolled back when anything in them fails', async () => {
    const store = await freshStore();
    const failing = store.transaction(async (tx) => {
      await tx.query(insert, ['nl']);
      throw new Error('our own');
    });
    await expect(failing).rejects.toThrow('our own');
    expect(await names(store)).toEqual([]);
  });

  it('that lose a deadlock run again', async () => {
    const store = await freshStore();
    for (const name of ['a', 'b']) await store.query(insert, [name]);
    let arrived = 0;
    let open = (): void => undefined;
    const both = new Promise<void>((resolve) => {
      open = resolve;
    });
    let attempts = 0;
    const touch = (first: string, second: string): Promise<void> =>
      store.transaction(async (tx) => {
        attempts += 1;
        await tx.query('update wayleave.panels set location = $2 where name = $1', [first, second]);
        arrived += 1;
        if (arrived === 2) open();
        await both;
        await tx.query('update wayleave.panels set location = $2 where name = $1', [second, first]);
      });
    await Promise.all([touch('a', 'b'), touch('b', 'a')]);
    expect(attempts).toBe(3);
  });
});
