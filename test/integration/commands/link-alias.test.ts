import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { silentLog } from '../../../src/base/log.ts';
import { findByToken, hashToken, openStore, type Store } from '../../../src/store/index.ts';
import { subscription } from '../store/support.ts';
import { openTestShop } from '../../support/money/shop.ts';
import { runWayleave } from './run-wayleave.ts';

const subId = 'k3j5h2l1p9q8w7e6';
const uuid = '0c1b2a39-4857-4665-9788-99aabbccddee';

async function world() {
  const test = await openTestShop();
  const open = async (role: 'operator' | 'subscriptions'): Promise<Store> => {
    const store = await openStore({ databaseUrl: test.ownerUrl, role, log: silentLog, applicationName: role });
    onTestFinished(() => store.close());
    return store;
  };
  const [operator, service] = [await open('operator'), await open('subscriptions')];
  const [alice, bob] = [await subscription(operator, 'alice'), await subscription(operator, 'bob')];
  const leadsTo = async (token: string) => (await findByToken(service, hashToken(token)))?.subscriptionId;
  const run = (...argv: string[]) => runWayleave(test, 'link', 'alias', ...argv);
  return { alice, bob, leadsTo, run };
}

async function fileOf(...lines: string[]): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-aliases-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, 'aliases.csv');
  await writeFile(file, lines.join('\r\n'));
  return file;
}

describe('wayleave link alias', () => {
  it('makes an old address work, shows it by its hash, and removes it', async () => {
    const { run, leadsTo, alice } = await world();
    expect(await run('add', 'shop/alice', `https://old.example.com:2096/sub/${subId}?x=1`)).toMatchObject({ code: 0 });
    expect(await leadsTo(subId)).toBe(alice.id);
    expect(await run('add', 'alice', subId)).toMatchObject({
      code: 0,
      out: expect.stringContaining('already') as string,
    });
    const { out } = await run('list', 'alice', '--json');
    expect(JSON.parse(out)).toMatchObject({ aliases: [{ addedBy: 'cli:ann@ops-1', ends: null }] });
    expect(out).not.toContain(subId);
    expect(await run('add', 'bob', subId)).toMatchObject({
      code: 1,
      err: expect.not.stringContaining(subId) as string,
    });
    const { aliases } = JSON.parse(out) as { aliases: { hash: string }[] };
    expect(await run('remove', 'bob', subId)).toMatchObject({ code: 1 });
    expect(await run('remove', 'alice', aliases[0]?.hash ?? '')).toMatchObject({ code: 0 });
    expect(await leadsTo(subId)).toBeUndefined();
    expect((await run('list', 'alice')).out).toContain('no address');
  });

  it.each([
    [['add', 'nobody', subId], 1],
    [['add', 'alice', '???'], 2],
    [['add', 'alice', subId, '--ends', 'tomorrow'], 2],
    [['import', '/does/not/exist.csv'], 2],
    [['list', 'nobody'], 1],
  ] as const)('refuses %j', async (argv, code) => {
    const { run } = await world();
    expect((await run(...argv)).code).toBe(code);
  });
});

describe('wayleave link alias import', () => {
  it('takes every line that it can, names the others by number, and can be repeated', async () => {
    const { run, leadsTo, alice, bob } = await world();
    const file = await fileOf(
      '\uFEFFsubscription,address,ends',
      `alice,https://old.example.com/sub/${subId}`,
      '# a remark',
      '',
      `"shop/bob", "${uuid}" ,2100-01-31`,
      'nobody,aaaabbbbcccc',
      'alice',
      'alice,??',
      `bob,${subId}`,
      `alice,abcdefgh,sometime`,
    );
    const dry = await run('import', file, '--dry-run');
    expect(dry.out).toContain('2 added');
    expect(await leadsTo(subId)).toBeUndefined();
    const { code, out, err } = await run('import', file);
    expect(code).toBe(1);
    expect(out).toContain('2 added, 0 with another end, 0 there already, 5 lines left out');
    expect([...err.matchAll(/^line (\d+):/gm)].map(([, number]) => Number(number))).toEqual([6, 7, 8, 9, 10]);
    for (const secret of [subId, uuid, 'aaaabbbbcccc', 'abcdefgh']) expect(out + err).not.toContain(secret);
    expect([await leadsTo(subId), await leadsTo(uuid)]).toEqual([alice.id, bob.id]);
    expect((await run('list', 'bob')).out).toContain('2100-01-31 00:00');
    expect((await run('import', file)).out).toContain('0 added, 0 with another end, 2 there already');
  });

  it('ends with 0 when nothing is wrong', async () => {
    const { run, leadsTo, alice } = await world();
    const lines = Array.from({ length: 1500 }, (_, at) => `alice,token-number-${at}`);
    const { code, err, out } = await run('import', await fileOf(...lines), '--ends', '2100-01-01');
    expect([code, err]).toEqual([0, '1000 lines…\n']);
    expect(out).toContain('1500 added');
    expect(await leadsTo('token-number-1499')).toBe(alice.id);
  });
});
