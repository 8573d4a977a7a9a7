import { expect, it } from 'vitest';

import { writeStates } from '../../../src/store/index.ts';
import { type Answer, provision, remarksOf, startService } from './support.ts';

const unknown = 'AAAAbbbbCCCCddddEEEEffffGGGGhhh2';
/** Probes come at least every five seconds. */
const patience = { timeout: 40_000, interval: 50 };
const limits = { freshMs: 500, sourceTimeoutMs: 300 };
const stale = 'x-wayleave-stale-seconds';

const withoutAge = ({ headers: { [stale]: _age, ...headers }, ...rest }: Answer): Answer => ({ ...rest, headers });

it.each(['hang', 'refuse'] as const)('a database that does %s changes no byte for known tokens', async (mode) => {
  const { operator, relay, get } = await startService(limits);
  const { token } = await provision(operator, 'alice', ['NL', 'DE']);
  const late = await provision(operator, 'bob', ['NL']);
  const before = await get(token);
  expect(before.status).toBe(200);
  expect(before.headers[stale]).toBeUndefined();

  relay.set(mode);
  // A token that was never seen: nobody can tell, and nobody says "not found".
  expect(await get(late.token)).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
  expect((await get(unknown)).status).toBe(503);
  const seen: Answer[] = [];
  const isStale = async (): Promise<boolean> => {
    const answer = await get(token);
    seen.push(withoutAge(answer));
    return answer.headers[stale] !== undefined;
  };
  await expect.poll(isStale, patience).toBe(true);

  relay.set('pass');
  await expect.poll(async () => (await get(unknown)).status, patience).toBe(404);
  await expect.poll(isStale, patience).toBe(false);
  expect((await get(late.token)).status).toBe(200);
  for (const answer of seen) expect(answer).toEqual(before);
});

it('what changed during an outage is seen after it, although its notification was lost', async () => {
  const { operator, relay, get } = await startService(limits);
  const { token, id } = await provision(operator, 'alice', ['NL']);
  expect(remarksOf((await get(token)).body)).toEqual(['NL']);
  relay.set('refuse');
  await writeStates(operator, [{ subscriptionId: id, suspended: true, limited: false }]);
  await expect.poll(async () => (await get(token)).headers[stale], patience).toBeDefined();
  expect(remarksOf((await get(token)).body)).toEqual(['NL']);
  relay.set('pass');
  await expect
    .poll(async () => remarksOf((await get(token)).body), patience)
    .toEqual([expect.stringMatching(/suspended/i)]);
});

it('stops while the database hangs', async () => {
  const { operator, relay, get, stop, ended } = await startService(limits);
  const { token } = await provision(operator, 'alice', ['NL']);
  expect((await get(token)).status).toBe(200);
  relay.set('hang');
  stop();
  await expect.poll(() => get(token).then(String, () => 'refused'), patience).toBe('refused');
  await ended;
  relay.set('pass');
});
