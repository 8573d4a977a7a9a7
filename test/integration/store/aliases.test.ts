import { expect, it } from 'vitest';
import {
  addAlias,
  aliasesOf,
  findByToken,
  findByTokens,
  forgetTokenUses,
  hashToken,
  markDeleted,
  recentTokenUses,
  recordTokenUses,
  removeAlias,
  rotateToken,
  tokenOf,
} from '../../../src/store/index.ts';
import { revokeAddresses } from '../../support/revoked-addresses.ts';
import { freshDatabase } from '../../support/database.ts';
import { execute, openAs, subscription, tokenKeys } from './support.ts';

async function world() {
  const { url } = await freshDatabase();
  const [operator, bot, service] = [
    await openAs('operator', url),
    await openAs('bot', url),
    await openAs('subscriptions', url),
  ];
  const alice = await subscription(operator);
  const hash = hashToken('k3j5h2l1p9q8w7e6');
  const alias = { hash, subscriptionId: alice.id, endsAtMs: undefined, createdBy: 'cli:ann' };
  const state = async () => (await findByToken(service, hash))?.token;
  return { url, operator, bot, service, alice, hash, alias, state };
}

it('a foreign address finds its subscription, and can be recorded again', async () => {
  const { operator, bot, service, alice, alias, hash, state } = await world();
  expect(await state()).toBeUndefined();
  expect(await addAlias(bot, alias)).toBe('added');
  expect(await addAlias(bot, alias)).toBe('known');
  expect((await findByToken(service, hash))?.subscriptionId).toBe(alice.id);
  expect(await state()).toEqual({ serial: 0, state: 'active' });
  const bob = await subscription(operator, 'bob');
  expect(await addAlias(bot, { ...alias, subscriptionId: bob.id })).toBe('taken');
  expect((await findByToken(service, hash))?.subscriptionId).toBe(alice.id);
  const [listed, ...others] = await aliasesOf(bot, alice.id);
  expect(others).toEqual([]);
  expect(listed).toEqual({
    handle: hash.toString('hex').slice(0, 12),
    createdAtMs: expect.any(Number) as unknown,
    createdBy: 'cli:ann',
    endsAtMs: undefined,
  });
  expect(await removeAlias(bot, bob.id, hash)).toBe(0);
  expect(await removeAlias(bot, alice.id, listed?.handle ?? '')).toBe(1);
  expect(await state()).toBeUndefined();
});

it('one of our own addresses is never an alias', async () => {
  const { bot, alice, alias } = await world();
  if (alice.token === undefined) throw new Error('no address');
  expect(await addAlias(bot, { ...alias, hash: hashToken(tokenOf(tokenKeys, alice.id, alice.token)) })).toBe('taken');
});

it('ends when it is told to, when the address is renewed, and with the subscription', async () => {
  const { operator, bot, alice, alias, state } = await world();
  const endsAtMs = Date.UTC(2100, 0, 1);
  await addAlias(bot, alias);
  expect(await addAlias(bot, { ...alias, endsAtMs })).toBe('changed');
  expect(await state()).toEqual({ serial: 0, state: 'retired', sinceMs: endsAtMs });
  await rotateToken(operator, alice.id, tokenKeys);
  const renewed = await state();
  expect(renewed).toMatchObject({ state: 'retired' });
  expect(renewed !== undefined && 'sinceMs' in renewed && renewed.sinceMs).toBeLessThan(endsAtMs);
  await addAlias(bot, alias);
  await revokeAddresses(operator, [alice.id]);
  expect(await state()).toEqual({ serial: 0, state: 'retired', sinceMs: 0 });
  await addAlias(bot, alias);
  await markDeleted(operator, alice.id, { clients: 'leave', decidedBy: 'test' });
  expect(await state()).toMatchObject({ state: 'revoked' });
});

it('uses are noted to the hour, read the latest first, and forgotten', async () => {
  const { service, url, alice, bot, alias, hash } = await world();
  if (alice.token === undefined) throw new Error('no address');
  const own = hashToken(tokenOf(tokenKeys, alice.id, alice.token));
  await addAlias(bot, alias);
  await recordTokenUses(service, [own, hash, own]);
  await recordTokenUses(service, [own]);
  await execute(
    url,
    `update wayleave.token_uses set used_at = now() - interval '2 days' where token_hash = '\\x${own.toString('hex')}'`,
  );
  expect(await recentTokenUses(service, 10)).toEqual([hash, own]);
  expect(await recentTokenUses(service, 1)).toEqual([hash]);
  const found = await findByTokens(service, [own, hash, hashToken('never')]);
  expect([...found.keys()].toSorted()).toEqual([own, hash].map((one) => one.toString('base64url')).toSorted());
  await execute(url, `update wayleave.token_uses set used_at = now() - interval '20 days'`);
  expect(await recentTokenUses(service, 10)).toEqual([]);
  expect(await forgetTokenUses(service, 1)).toBe(1);
  await recordTokenUses(service, [own, hash]);
  expect(await forgetTokenUses(service, 10)).toBe(0);
  expect(await recentTokenUses(service, 10)).toHaveLength(2);
});
