import { describe, expect, it } from 'vitest';
import {
  addAdmin,
  adminsWho,
  auditOf,
  authorOf,
  findAdmin,
  listAdmins,
  recordAudit,
  recordCharge,
  removeAdmin,
  searchCustomers,
  seeCustomer,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, order, starsCharge } from '../../support/money/shop.ts';

describe('admins of a shop', () => {
  it('are added, changed and removed, each on record', async () => {
    const { store, shop } = await openTestShop();
    const about = { shopId: shop.id, telegramId: 77 };
    await addAdmin(store, { ...about, name: 'Eve', role: 'support', addedBy: 'cli:root' });
    const changed = await addAdmin(store, {
      ...about,
      name: 'Eve',
      role: 'finance',
      addedBy: 'cli:root',
      dailyRefundCapMinor: 500n,
    });
    expect(changed).toMatchObject({ role: 'finance', dailyRefundCapMinor: 500n });
    expect(await findAdmin(store, shop.id, 77)).toEqual(changed);
    expect((await adminsWho(store, shop.id, 'refund')).map(authorOf)).toEqual(['admin:77']);
    expect(await adminsWho(store, shop.id, 'ban')).toEqual([]);
    expect(await removeAdmin(store, { ...about, removedBy: 'cli:root' })).toBe(true);
    expect(await removeAdmin(store, { ...about, removedBy: 'cli:root' })).toBe(false);
    expect(await findAdmin(store, shop.id, 77)).toBeUndefined();
    expect(await listAdmins(store, shop.id)).toEqual([]);
    const acts = await auditOf(store, shop.id, ['admin:77']);
    expect(acts.map(({ action }) => action)).toEqual(['admin-remove', 'admin-add', 'admin-add']);
  });

  it('leave one row for an act that is told twice', async () => {
    const { store, shop } = await openTestShop();
    const act = { shopId: shop.id, actor: 'admin:1', action: 'ban', subject: 'customer:x', cause: 'one press' };
    const told = await Promise.all([recordAudit(store, act), recordAudit(store, act)]);
    expect(told.filter(Boolean)).toHaveLength(1);
    expect(await auditOf(store, shop.id, ['customer:x'])).toHaveLength(1);
  });
});

describe('a search for customers', () => {
  it('finds them by whatever an admin has at hand', async () => {
    const test = await openTestShop();
    const { store, shop, owner } = test;
    const alice = await newCustomer(test, 4711);
    await seeCustomer(store, shop.id, { telegramId: 4712, name: 'Bob 50%_x', userName: 'bobby', language: 'en' });
    const placed = await order(test, alice);
    const charge = starsCharge(placed, alice);
    await recordCharge(store, charge);
    const { subscriptionId, id: orderId } = placed.order;
    const [row] = (await owner.query('select short_id from wayleave.subscriptions')).rows as { short_id: string }[];
    const shortId = row?.short_id ?? '';
    const find = async (text: string): Promise<string[]> =>
      (await searchCustomers(store, shop.id, text, { limit: 10 })).map(({ name }) => name);
    const pending = await order(test, alice);
    const wanted = [
      '4711',
      '@ALI',
      'lic',
      alice.id,
      subscriptionId,
      `sub-${subscriptionId}`,
      shortId,
      `wl-${shortId}-g2`,
      orderId,
      charge.chargeId,
      pending.order.subscriptionId,
    ];
    for (const text of wanted) expect([text, await find(text)]).toEqual([text, ['Alice']]);
    expect(await find('50%_')).toEqual(['Bob 50%_x']);
    for (const nobody of ['%', '_____', '99', '@nobody', ' ', "'; drop table", '\\']) {
      expect([nobody, (await find(nobody)).filter((name) => name === 'Alice')]).toEqual([nobody, []]);
    }
    const pages = [0, 1, 2].map((offset) => searchCustomers(store, shop.id, 'b', { limit: 1, offset }));
    expect((await Promise.all(pages)).map((page) => page.length)).toEqual([1, 0, 0]);
  });
});
