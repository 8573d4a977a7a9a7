import { expect, it, onTestFinished } from 'vitest';

import { silentLog } from '../../../src/base/log.ts';
import { addAlias, hashToken, markDeleted, openStore, rotateToken } from '../../../src/store/index.ts';
import { day, provision, remarksOf, startService, tokenKeys } from './support.ts';

const soon = { timeout: 8000, interval: 20 };
const addresses = {
  '3x-ui': 'k3j5h2l1p9q8w7e6',
  'a short one': 'bob1',
  predecessor: '0c1b2a39-4857-4665-9788-99aabbccddee',
  Marzban: 'YWxpY2UsMTcwMDAwMDAwMA8lYWFhYWFh',
  'Marzban, first form':
    'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImFjY2VzcyI6InN1YnNjcmlwdGlvbiIsImlhdCI6MTcwMDAwMDAwMH0.3vVQJb0xQ7p5cYc2z0mXq1kq6h3fL1s0Yd7u8v9w0xY',
};

async function world() {
  const service = await startService();
  const bot = await openStore({
    databaseUrl: service.databaseUrl,
    role: 'bot',
    log: silentLog,
    applicationName: 'bot',
  });
  onTestFinished(() => bot.close());
  const alice = await provision(service.operator, 'alice', ['NL', 'DE']);
  const add = (token: string, endsAtMs?: number) =>
    addAlias(bot, { hash: hashToken(token), subscriptionId: alice.id, endsAtMs, createdBy: 'test' });
  return { ...service, alice, add };
}

it.each(Object.entries(addresses))('an address of %s answers what ours does', async (_, token) => {
  const { get, add, alice } = await world();
  const miss = await get('AAAAbbbbCCCCddddEEEEffffGGGGhhh2');
  expect(await get(token)).toEqual(miss);
  await add(token);
  const ours = await get(alice.token);
  expect(ours.status).toBe(200);
  const theirs = await get(token);
  expect([theirs.status, theirs.body]).toEqual([200, ours.body]);
});

it('answers under the paths of other products, in the format that they stand for', async () => {
  const { ask, get, add } = await world();
  const token = addresses['3x-ui'];
  await add(token);
  const kinds = async (...paths: string[]) =>
    Promise.all(paths.map(async (path) => (await ask(path)).headers['content-type']?.split(';')[0]));
  const asked = async (format: string) =>
    (await ask(`/sub/${token}?format=${format}`)).headers['content-type']?.split(';')[0];
  const [xray, mihomo, singBox] = [await asked('xray'), await asked('mihomo'), await asked('sing-box')];
  expect(await kinds(`/json/${token}`, `/sub/${token}/v2ray-json`, `/api/sub/${token}/json`)).toEqual([
    xray,
    xray,
    xray,
  ]);
  expect(await kinds(`/clash/${token}`, `/sub/${token}/clash-meta`, `/sub/${token}/clash`)).toEqual([
    mihomo,
    mihomo,
    mihomo,
  ]);
  expect(await kinds(`/sub/${token}/sing-box`)).toEqual([singBox]);
  expect((await ask(`/api/sub/${token}`)).body).toBe((await get(token)).body);
  const miss = await get('AAAAbbbbCCCCddddEEEEffffGGGGhhh2');
  for (const path of [
    `/sub/${token}/info`,
    `/sub/${token}/usage`,
    '/json/unknown-one',
    '/clash/abc',
    `/xyz/${token}`,
  ]) {
    expect(await ask(path), path).toEqual(miss);
  }
});

it('ends with a notice when it is told to, and with a new address', async () => {
  const { get, add, alice, operator } = await world();
  await add(addresses.predecessor, Date.now() + day);
  expect(remarksOf((await get(addresses.predecessor)).body)).toEqual(['NL', 'DE']);
  await add(addresses.predecessor, Date.now() - 1000);
  await expect
    .poll(async () => remarksOf((await get(addresses.predecessor)).body), soon)
    .toEqual([expect.stringMatching(/replaced/i)]);
  await add(addresses['3x-ui']);
  expect(remarksOf((await get(addresses['3x-ui'])).body)).toEqual(['NL', 'DE']);
  await rotateToken(operator, alice.id, tokenKeys);
  await expect
    .poll(async () => remarksOf((await get(addresses['3x-ui'])).body), soon)
    .toEqual([expect.stringMatching(/replaced/i)]);
});

it('goes with the subscription', async () => {
  const { get, add, alice, operator } = await world();
  await add(addresses.Marzban);
  expect((await get(addresses.Marzban)).status).toBe(200);
  await markDeleted(operator, alice.id, { clients: 'leave', decidedBy: 'test' });
  const miss = await get('AAAAbbbbCCCCddddEEEEffffGGGGhhh2');
  await expect.poll(() => get(addresses.Marzban), soon).toEqual(miss);
});
