import { expect, it } from 'vitest';

import { markDeleted, recordUsage, rotateToken, tokenOf, writeStates } from '../../../src/store/index.ts';
import { revokeAddresses } from '../../support/revoked-addresses.ts';
import { endpoint, entitle, linksOf, provision, remarksOf, startService, tokenKeys } from './support.ts';

// Shorter than the ten seconds after which an answer would change by itself: a notification must have done it.
const soon = { timeout: 8000, interval: 20 };

it('serves confirmed endpoints with the subscription’s own UUID and what was paid for', async () => {
  const { operator, get } = await startService();
  const { token, record, id, panelId } = await provision(operator, 'alice', ['NL', 'DE']);
  await recordUsage(operator, panelId, [
    { subscriptionId: id, email: `wl-${record.shortId}`, upBytes: 5, downBytes: 7, lastOnlineMs: 0 },
  ]);
  const { status, headers, body } = await get(token);
  expect(status).toBe(200);
  expect(linksOf(body)).toEqual(
    ['NL', 'DE'].map((remark) => ({
      endpoint: endpoint(remark),
      credential: { uuid: record.generations[0]?.clientUuid },
    })),
  );
  expect(headers['subscription-userinfo']).toMatch(/^upload=5; download=7; total=50000000000; expire=\d{10}$/);
  expect(headers['profile-title']).toBe(`base64:${Buffer.from('Monthly').toString('base64')}`);
});

it('shows a change as soon as it is written', async () => {
  const { operator, get } = await startService();
  const { token, id } = await provision(operator, 'alice', ['NL']);
  const remarks = async () => remarksOf((await get(token)).body);
  expect(await remarks()).toEqual(['NL']);
  await writeStates(operator, [{ subscriptionId: id, suspended: true, limited: false }]);
  await expect.poll(remarks, soon).toEqual([expect.stringMatching(/suspended/i)]);
  await writeStates(operator, [{ subscriptionId: id, suspended: false, limited: true }]);
  await expect.poll(remarks, soon).toEqual([expect.stringMatching(/traffic/i), 'NL']);
  await writeStates(operator, [{ subscriptionId: id, suspended: false, limited: false }]);
  await entitle(operator, id, { expiresAtMs: Date.now() - 1 });
  await expect.poll(remarks, soon).toEqual([expect.stringMatching(/expired/i), 'NL']);
  await entitle(operator, id);
  await expect.poll(remarks, soon).toEqual(['NL']);
});

it('explains a replaced address, serves the new one, and knows revoked and deleted ones no more', async () => {
  const { operator, get } = await startService();
  const { token, id } = await provision(operator, 'alice', ['NL']);
  const miss = await get('AAAAbbbbCCCCddddEEEEffffGGGGhhh2');
  expect(miss.status).toBe(404);
  expect(remarksOf((await get(token)).body)).toEqual(['NL']);

  const fresh = tokenOf(tokenKeys, id, await rotateToken(operator, id, tokenKeys));
  expect(remarksOf((await get(fresh)).body)).toEqual(['NL']);
  await expect.poll(async () => remarksOf((await get(token)).body), soon).toEqual([expect.stringMatching(/replaced/i)]);

  await revokeAddresses(operator, [id]);
  for (const dead of [token, fresh]) await expect.poll(() => get(dead), soon).toEqual(miss);

  const bob = await provision(operator, 'bob', ['NL']);
  expect((await get(bob.token)).status).toBe(200);
  await markDeleted(operator, bob.id, { clients: 'leave', decidedBy: 'test' });
  await expect.poll(() => get(bob.token), soon).toEqual(miss);
});
