import { describe, expect, it } from 'vitest';
import { confirmClients, findByToken, hashToken, tokenOf, usageTotals, type Store } from '../../../src/store/index.ts';
import { rights } from '../../../src/store/rights.ts';
import { freshDatabase } from '../../support/database.ts';
import { client, execute, freshUser, openAs, panel, subscription, tokenKeys } from './support.ts';

/** A database with one provisioned subscription, and a store as each part. */
async function database(part: keyof typeof rights): Promise<{ owner: Store; restricted: Store }> {
  const { url } = await freshDatabase();
  const user = await freshUser(url);
  await execute(url, `grant wayleave_${part} to ${user.name}`);
  return { owner: await openAs('operator', url), restricted: await openAs(part, user.url) };
}

const denied = { code: 'STORE_RIGHTS' };

describe('the role of the subscription service', () => {
  it('can answer an address', async () => {
    const { owner, restricted } = await database('subscriptions');
    const [alice, nl] = [await subscription(owner), await panel(owner, 'nl', 'in-1')];
    await confirmClients(owner, [client(alice, nl)]);
    if (alice.token === undefined) throw new Error('no address');
    const found = await findByToken(restricted, hashToken(tokenOf(tokenKeys, alice.id, alice.token)));
    expect(found).toMatchObject({
      subscriptionId: alice.id,
      panels: [{ name: 'nl', endpoints: [{ inbound: 'in-1' }] }],
    });
    expect(await usageTotals(restricted, [alice.id])).toEqual(new Map());
  });

  it.each(['revocations', 'installation'])('cannot read %s', async (table) => {
    const { restricted } = await database('subscriptions');
    await expect(restricted.query(`select * from wayleave.${table}`)).rejects.toMatchObject(denied);
  });

  it('can change nothing but what it remembers itself', async () => {
    const { owner, restricted } = await database('subscriptions');
    await subscription(owner);
    const tables = await owner.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'wayleave'`,
    );
    expect(tables.length).toBeGreaterThan(10);
    const own = new Set(['devices', 'token_uses']);
    for (const { name } of tables.filter((table) => !own.has(table.name))) {
      await expect(restricted.query(`delete from wayleave.${name}`), name).rejects.toMatchObject(denied);
      await expect(restricted.query(`insert into wayleave.${name} default values`), name).rejects.toMatchObject(denied);
      await expect(restricted.query(`truncate wayleave.${name}`), name).rejects.toMatchObject(denied);
    }
    await expect(restricted.query('update wayleave.subscription_states set suspended = false')).rejects.toMatchObject(
      denied,
    );
    await expect(restricted.query('create table wayleave.mine (n integer)')).rejects.toMatchObject(denied);
  });
});

describe('every part', () => {
  it.each(['operator', 'bot'] as const)('%s cannot delete a tombstone, credentials or evidence', async (part) => {
    const { restricted } = await database(part);
    for (const table of ['subscriptions', 'credentials', 'subscription_tokens', 'revocations', 'schema_migrations']) {
      await expect(restricted.query(`delete from wayleave.${table}`), table).rejects.toMatchObject(denied);
    }
  });

  it('the bot can delete nothing that money is made of', async () => {
    const { restricted } = await database('bot');
    const kept = ['shops', 'customers', 'charges', 'refunds', 'transfers', 'ledger_entries', 'audit', 'admins', 'jobs'];
    for (const table of kept) {
      await expect(restricted.query(`delete from wayleave.${table}`), table).rejects.toMatchObject(denied);
      await expect(restricted.query(`truncate wayleave.${table} cascade`), table).rejects.toMatchObject(denied);
    }
  });

  it('has a right on every table that somebody needs, and every table is named', async () => {
    const { owner } = await database('bot');
    const tables = await owner.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'wayleave'
       union all select viewname from pg_views where schemaname = 'wayleave'`,
    );
    const named = new Set(Object.values(rights).flatMap((part) => Object.keys(part)));
    expect(named).toEqual(new Set(tables.map(({ name }) => name)));
  });

  it('the operator does all its work with its own rights', async () => {
    const { restricted } = await database('operator');
    const [alice, nl] = [await subscription(restricted), await panel(restricted, 'nl', 'in-1')];
    expect(await confirmClients(restricted, [client(alice, nl)])).toBe(1);
  });

  it('the bot cannot touch panels', async () => {
    const { restricted } = await database('bot');
    await expect(restricted.query(`update wayleave.panels set endpoints = '[]'`)).rejects.toMatchObject(denied);
    await expect(restricted.query('delete from wayleave.panel_clients')).rejects.toMatchObject(denied);
  });
});
