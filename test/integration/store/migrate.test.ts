import { appendFile, chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { installationId, migrate, openStore } from '../../../src/store/index.ts';
import { migrationsDirectory } from '../../../src/store/migration-files.ts';
import { freshDatabase } from '../../support/database.ts';
import { startPostgres } from '../../support/postgres.ts';
import { execute, freshUser, openAs, text } from './support.ts';

const log = silentLog;
const first = '0001_first-light';

/** A copy of the migrations that a test may add to. */
async function migrations(added: Readonly<Record<string, string>> = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'migrations-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await cp(migrationsDirectory, directory, { recursive: true });
  for (const [version, sql] of Object.entries(added)) await writeFile(join(directory, `${version}.sql`), sql);
  return directory;
}

async function empty(): Promise<string> {
  return (await freshDatabase({ empty: true })).url;
}

describe('migrate', () => {
  it('applies everything once and then does nothing', async () => {
    const databaseUrl = await empty();
    expect(await migrate({ databaseUrl, log })).toMatchObject({
      applied: expect.arrayContaining([first]) as string[],
      unknown: [],
    });
    const id = await installationId(await openAs('operator', databaseUrl));
    expect(await migrate({ databaseUrl, log })).toMatchObject({ applied: [], unknown: [] });
    expect(await installationId(await openAs('operator', databaseUrl))).toBe(id);
  });

  it('applies each migration once however many start at the same time', async () => {
    const databaseUrl = await empty();
    const directory = await migrations({
      '0900_counter': 'create table runs (n integer); insert into runs values (1);',
      '0901_slow': 'insert into runs values (1); select pg_sleep(0.1);',
    });
    const results = await Promise.all(Array.from({ length: 6 }, () => migrate({ databaseUrl, log, directory })));
    expect(results.flatMap(({ applied }) => applied).toSorted()).toEqual(
      [...new Set(results.flatMap(({ applied }) => applied))].toSorted(),
    );
    expect(new Set(results.map(({ version }) => version))).toEqual(new Set(['0901_slow']));
    const store = await openAs('migrate', databaseUrl);
    expect(await store.query('select count(*)::int as count from wayleave.runs')).toEqual([{ count: 2 }]);
  });

  it('works on several databases of a new server at once, which share their roles', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'store-roles-'));
    await chmod(directory, 0o711);
    const postgres = await startPostgres({ directory });
    onTestFinished(async () => {
      await postgres.stop();
      await rm(directory, { recursive: true });
    });
    const names = ['one', 'two', 'three', 'four', 'five', 'six'];
    for (const name of names) await postgres.createDatabase(name);
    await Promise.all(names.map((name) => migrate({ databaseUrl: postgres.urlOf(name), log })));
    const roles = await postgres.query(
      `select rolname from pg_roles where rolname like 'wayleave%' and not rolcanlogin`,
    );
    expect(roles).toHaveLength(3);
  });

  it('refuses an applied file that was edited, and changes nothing', async () => {
    const databaseUrl = await empty();
    await migrate({ databaseUrl, log });
    const directory = await migrations({ '0900_new': 'create table never (n integer);' });
    await appendFile(join(directory, `${first}.sql`), '\n-- edited\n');
    await expect(migrate({ databaseUrl, log, directory })).rejects.toMatchObject({ code: 'STORE_MIGRATION_EDITED' });
    const store = await openAs('migrate', databaseUrl);
    expect(await store.query(`select to_regclass('wayleave.never') as never`)).toEqual([{ never: null }]);
  });

  it('does not take other line ends for an edit', async () => {
    const databaseUrl = await empty();
    const version = '0900_lines';
    await migrate({ databaseUrl, log, directory: await migrations({ [version]: 'select 1;\nselect 2;\n' }) });
    const directory = await migrations({ [version]: 'select 1;\r\nselect 2;\r\n' });
    expect((await migrate({ databaseUrl, log, directory })).applied).toEqual([]);
  });

  it('rolls a failing migration back whole, keeps those before it, and goes on when it is mended', async () => {
    const databaseUrl = await empty();
    const broken = await migrations({ '0900_broken': 'create table half (n integer); select 1 / 0;' });
    await expect(migrate({ databaseUrl, log, directory: broken })).rejects.toMatchObject({
      code: 'STORE_MIGRATION_FAILED',
      message: text('0900_broken'),
    });
    const mended = await migrations({ '0900_broken': 'create table half (n integer);' });
    expect((await migrate({ databaseUrl, log, directory: mended })).applied).toEqual(['0900_broken']);
  });

  it('explains that it lacks the right to create the schema', async () => {
    const databaseUrl = await empty();
    const user = await freshUser(databaseUrl);
    await expect(migrate({ databaseUrl: user.url, log })).rejects.toMatchObject({
      code: 'STORE_RIGHTS',
      message: text(/owner of schema wayleave/),
    });
  });

  it('works for an owner who may not create roles, who then needs none', async () => {
    const databaseUrl = await empty();
    const owner = await freshUser(databaseUrl);
    await execute(databaseUrl, `grant create on database ${new URL(databaseUrl).pathname.slice(1)} to ${owner.name}`);
    const result = await migrate({ databaseUrl: owner.url, log });
    expect(result.applied).toContain(first);
    expect(await migrate({ databaseUrl: owner.url, log })).toMatchObject({ applied: [] });
    expect(await installationId(await openAs('operator', owner.url))).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('a program and a schema of different versions', () => {
  const open = (databaseUrl: string, directory?: string): Promise<unknown> =>
    openStore({ databaseUrl, role: 'operator', log, applicationName: 'test', ...(directory && { directory }) }).then(
      (store) => store.close(),
    );

  it('accepts a newer schema that only grew', async () => {
    const databaseUrl = await empty();
    const directory = await migrations({ '0900_more': 'create table more (n integer);' });
    await migrate({ databaseUrl, log, directory });
    await open(databaseUrl);
    expect(await migrate({ databaseUrl, log })).toMatchObject({ applied: [], unknown: ['0900_more'] });
  });

  it('refuses a newer schema that left it behind', async () => {
    const databaseUrl = await empty();
    const directory = await migrations({
      '0900_expand': 'create table replacement (n integer);',
      '0901_contract': '-- requires: 0900_expand\ndrop table replacement;',
    });
    await migrate({ databaseUrl, log, directory });
    await expect(open(databaseUrl)).rejects.toMatchObject({ code: 'STORE_SCHEMA_TOO_NEW', retry: 'never' });
    await open(databaseUrl, directory);
  });

  it('refuses an older schema and names the command, as something that mends itself', async () => {
    const databaseUrl = await empty();
    await migrate({ databaseUrl, log });
    const directory = await migrations({ '0900_more': 'create table more (n integer);' });
    await expect(open(databaseUrl, directory)).rejects.toMatchObject({
      code: 'STORE_SCHEMA_TOO_OLD',
      retry: 'later',
      message: text('wayleave migrate'),
    });
  });
});
