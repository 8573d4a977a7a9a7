import { describe, expect, it } from 'vitest';
import { ensureShop, findAdmin, seeCustomer } from '../../../src/ledger/index.ts';
import { openTestShop } from '../../support/money/shop.ts';
import { runWayleave } from './run-wayleave.ts';

describe('wayleave admin', () => {
  it('makes the first admin of the only shop, and changes his role without losing his name', async () => {
    const test = await openTestShop();
    expect(await runWayleave(test, 'admin', 'add', '4242', '--role', 'support', '--name', 'Ann')).toMatchObject({
      code: 0,
    });
    expect(await runWayleave(test, 'admin', 'add', '4242', '--role', 'owner')).toMatchObject({
      code: 0,
      out: expect.stringContaining('was support') as string,
    });
    expect(await findAdmin(test.store, test.shop.id, 4242)).toMatchObject({
      role: 'owner',
      name: 'Ann',
      addedBy: 'cli:ann@ops-1',
    });
    const { rows } = await test.owner.query('select actor, action from wayleave.audit');
    expect(rows).toEqual([
      { actor: 'cli:ann@ops-1', action: 'admin-add' },
      { actor: 'cli:ann@ops-1', action: 'admin-add' },
    ]);
  });

  it('finds somebody by his @name once he has written to the bot', async () => {
    const test = await openTestShop();
    const add = ['admin', 'add', '@Ann', '--role', 'owner'];
    expect(await runWayleave(test, ...add)).toMatchObject({
      code: 1,
      err: expect.stringContaining('/start') as string,
    });
    const person = { name: 'Ann', language: 'en' };
    await seeCustomer(test.store, test.shop.id, { ...person, telegramId: 7, userName: 'ann' });
    await seeCustomer(test.store, test.shop.id, { ...person, telegramId: 8, userName: 'anna' });
    expect(await runWayleave(test, ...add)).toMatchObject({ code: 0 });
    expect(await findAdmin(test.store, test.shop.id, 7)).toMatchObject({ role: 'owner' });
    await seeCustomer(test.store, test.shop.id, { ...person, telegramId: 9, userName: 'ANN' });
    expect(await runWayleave(test, ...add)).toMatchObject({
      code: 2,
      err: expect.stringContaining('give the id') as string,
    });
  });

  it('wants to know which shop where there are several', async () => {
    const test = await openTestShop();
    await ensureShop(test.store, { namespace: 'other', name: 'main', mode: 'live' });
    const add = ['admin', 'add', '4242', '--role', 'owner'];
    for (const shop of [[], ['--shop', 'main']]) {
      expect(await runWayleave(test, ...add, ...shop)).toMatchObject({
        code: 2,
        err: expect.stringContaining('other/main, shop/main') as string,
      });
    }
    expect(await runWayleave(test, ...add, '--shop', 'nowhere')).toMatchObject({ code: 1 });
    expect(await runWayleave(test, ...add, '--shop', 'shop/main')).toMatchObject({ code: 0 });
    const { out } = await runWayleave(test, 'admin', 'list', '--json');
    expect(JSON.parse(out)).toEqual({ admins: [expect.objectContaining({ shop: 'shop/main', telegramId: 4242 })] });
  });

  it('lists them, and removes one once', async () => {
    const test = await openTestShop();
    await runWayleave(test, 'admin', 'add', '4242', '--role', 'owner', '--name', 'Ann');
    expect((await runWayleave(test, 'admin', 'list')).out).toMatch(/4242 +owner +Ann +shop\/main/);
    expect(await runWayleave(test, 'admin', 'remove', '4242')).toMatchObject({ code: 0 });
    expect(await runWayleave(test, 'admin', 'remove', '4242')).toMatchObject({ code: 1 });
    expect(await findAdmin(test.store, test.shop.id, 4242)).toBeUndefined();
    expect((await runWayleave(test, 'admin', 'list')).out).toContain('no admin yet');
  });

  it.each(['ann', '0', '-5', '@'])('refuses %j as an account', async (account) => {
    const test = await openTestShop();
    const said = await runWayleave(test, 'admin', 'add', '--role', 'owner', '--', account);
    expect(said.code).toBe(2);
  });
});
