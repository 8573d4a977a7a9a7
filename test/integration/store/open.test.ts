import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { describeError } from '../../../src/base/errors.ts';
import { silentLog } from '../../../src/base/log.ts';
import { migrate, openStore, type StoreError } from '../../../src/store/index.ts';
import { freshDatabase } from '../../support/database.ts';
import { execute, freshUser } from './support.ts';

const secret = 'hunter2-hunter2';

async function failure(databaseUrl: string): Promise<StoreError> {
  const opened = openStore({ databaseUrl, role: 'operator', log: silentLog, applicationName: 'test' });
  return opened.then(
    async (store) => {
      await store.close();
      throw new Error('it opened');
    },
    (error: StoreError) => error,
  );
}

function server(change: (url: URL) => void): string {
  const url = new URL(inject('postgres').url);
  url.password = secret;
  change(url);
  return url.href;
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => listener.once('listening', resolve));
  const address = listener.address();
  await new Promise((resolve) => listener.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

describe('each thing that can be wrong at the start has its own code and never shows the password', () => {
  const cases: readonly [string, StoreError['code'], () => string | Promise<string>][] = [
    ['no URL at all', 'STORE_URL_INVALID', () => ''],
    ['another scheme', 'STORE_URL_INVALID', () => `mysql://u:${secret}@localhost/db`],
    ['a password that breaks the URL', 'STORE_URL_INVALID', () => `postgres://u:${secret}/#@local host:x/db`],
    [
      'a port where nobody listens',
      'STORE_UNREACHABLE',
      async () => {
        const port = await closedPort();
        return server((url) => {
          url.port = String(port);
        });
      },
    ],
    [
      'a host that does not resolve',
      'STORE_UNREACHABLE',
      () =>
        server((url) => {
          url.hostname = 'nowhere.invalid';
        }),
    ],
    ['a wrong password', 'STORE_LOGIN_REFUSED', () => server(() => undefined)],
    [
      'TLS where there is none',
      'STORE_TLS',
      () =>
        server((url) => {
          url.searchParams.set('sslmode', 'verify-full');
        }),
    ],
  ];
  it.each(cases)('%s', async (_, code, makeUrl) => {
    const error = await failure(await makeUrl());
    expect(error).toMatchObject({ code });
    expect(`${describeError(error)} ${inspect(error, { depth: 9 })} ${JSON.stringify(error)}`).not.toContain(secret);
  });

  it('a database that does not exist', async () => {
    const url = new URL(inject('postgres').url);
    url.pathname = '/nothing_of_that_name';
    expect(await failure(url.href)).toMatchObject({ code: 'STORE_DATABASE_MISSING' });
  });

  it('a server that takes connections and says nothing', async () => {
    const listener = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    onTestFinished(() => void listener.close());
    await new Promise((resolve) => listener.once('listening', resolve));
    const address = listener.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const error = await failure(
      server((url) => {
        url.host = `127.0.0.1:${String(address.port)}`;
      }),
    );
    expect(error).toMatchObject({ retry: 'later' });
    expect(['STORE_UNREACHABLE', 'STORE_FULL']).toContain(error.code);
  });

  it('a database that was never migrated', async () => {
    const { url } = await freshDatabase({ empty: true });
    const error = await failure(url);
    expect(error).toMatchObject({ code: 'STORE_NOT_MIGRATED', retry: 'later' });
    expect(error.message).toContain('wayleave migrate');
  });

  it('a user without rights', async () => {
    const { url } = await freshDatabase();
    const user = await freshUser(url);
    const error = await failure(user.url);
    expect(error).toMatchObject({ code: 'STORE_RIGHTS', retry: 'later' });
    expect(error.message).toContain('a login that has role wayleave_operator');
    expect(error.message).not.toContain(user.password);
  });

  it('a user with the rights of another part', async () => {
    const { url } = await freshDatabase();
    const user = await freshUser(url);
    await execute(url, `grant wayleave_subscriptions to ${user.name}`);
    expect(await failure(user.url)).toMatchObject({ code: 'STORE_RIGHTS' });
  });

  it('a database that takes no writes', async () => {
    const { url, name } = await freshDatabase();
    await execute(url, `alter database ${name} set default_transaction_read_only = on`);
    expect(await failure(url)).toMatchObject({ code: 'STORE_READ_ONLY' });
    const reading = await openStore({
      databaseUrl: url,
      role: 'subscriptions',
      log: silentLog,
      applicationName: 'test',
    });
    await reading.close();
    await expect(migrate({ databaseUrl: url, log: silentLog })).rejects.toMatchObject({ code: 'STORE_READ_ONLY' });
  });
});
