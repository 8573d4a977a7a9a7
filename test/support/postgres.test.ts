import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresDataDirectory, startPostgres } from './postgres.ts';
import { isRunning } from '../../src/commands/up/processes.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'postgres-'));
  await chmod(root, 0o711);
});
afterAll(() => rm(root, { recursive: true }));

describe('an embedded PostgreSQL', () => {
  it('makes and drops databases, copies a template, and keeps its data', async () => {
    const directory = path.join(root, 'kept');
    const first = await startPostgres({ directory, settings: { work_mem: '5MB' } });
    await expect(startPostgres({ directory })).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE' });
    expect(await first.query('SHOW work_mem')).toEqual([{ work_mem: '5MB' }]);
    await first.createDatabase('a "shop"');
    await Promise.all(['one', 'two'].map((name) => first.createDatabase(name, { template: 'a "shop"' })));
    await first.dropDatabase('one');
    await first.dropDatabase('never was');
    await first.stop();
    expect(isRunning(first.pid)).toBe(false);

    const second = await startPostgres({ directory, durable: true });
    expect(await second.query('SHOW fsync')).toEqual([{ fsync: 'on' }]);
    const names = await second.query('SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1');
    expect(names).toEqual([{ datname: 'a "shop"' }, { datname: 'postgres' }, { datname: 'two' }]);
    await second.stop();
  });

  it('refuses a wrong password', async () => {
    const server = await startPostgres({ directory: path.join(root, 'closed') });
    const url = new URL(server.url);
    url.password = 'guessed';
    const client = new Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toMatchObject({ code: '28P01' });
    await server.stop();
  });

  it('starts in spite of a lock file whose process id now belongs to somebody else', async () => {
    const directory = path.join(root, 'stale');
    await (await startPostgres({ directory })).stop();
    const data = await postgresDataDirectory(directory);
    await writeFile(path.join(data, 'postmaster.pid'), `${process.ppid}\n${data}\n1700000000\n5432\n\n127.0.0.1\n`);
    const server = await startPostgres({ directory });
    expect(await server.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
  });

  it('ends with its killed parent, and the next run continues', async () => {
    const directory = path.join(root, 'killed');
    const program = `
      import { startPostgres } from ${JSON.stringify(new URL('postgres.ts', import.meta.url).href)};
      const server = await startPostgres({ directory: ${JSON.stringify(directory)} });
      await server.createDatabase('before');
      console.log(server.pid);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    parent.kill('SIGKILL');

    const server = await startPostgres({ directory });
    expect(isRunning(Number(said.toString()))).toBe(false);
    expect(await server.query(`SELECT 1 AS found FROM pg_database WHERE datname = 'before'`)).toEqual([{ found: 1 }]);
    await server.stop();
  });

  it('does not touch data of another major version', async () => {
    const directory = path.join(root, 'old');
    await (await startPostgres({ directory })).stop();
    await writeFile(path.join(await postgresDataDirectory(directory), 'PG_VERSION'), '15\n');
    await expect(startPostgres({ directory })).rejects.toMatchObject({ code: 'DIRECTORY_VERSION', retry: 'never' });
  });

  it('says what a wrong setting was', async () => {
    const start = startPostgres({ directory: path.join(root, 'wrong'), settings: { no_such_setting: '1' } });
    await expect(start).rejects.toMatchObject({
      code: 'PROGRAM_FAILED',
      message: expect.stringContaining('no_such_setting') as string,
    });
  });
});
