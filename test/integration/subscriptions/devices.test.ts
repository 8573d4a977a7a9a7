import { describe, expect, it } from 'vitest';

import { devicesOf } from '../../../src/store/index.ts';
import { entitle, provision, remarksOf, startService } from './support.ts';

const soon = { timeout: 8000, interval: 20 };
const from = (hwid: string, model = '') => ({
  headers: { 'x-hwid': hwid, 'x-device-model': model, 'x-device-os': 'iOS' },
});

async function shopWith(deviceLimit: number | undefined, limits = {}) {
  const service = await startService(limits);
  const alice = await provision(service.operator, 'alice', ['NL', 'DE']);
  await entitle(service.operator, alice.id, { deviceLimit });
  const path = `/sub/${alice.token}`;
  const devices = () => devicesOf(service.operator, alice.id);
  return { ...service, alice, path, devices };
}

describe('a subscription with a device limit', () => {
  it('serves as many devices as it says, in whatever order they come, and a notice to the next', async () => {
    const { ask, path, operator, alice } = await shopWith(2);
    const phone = await ask(path, from('phone-0001', 'iPhone 17'));
    expect(phone.headers).toMatchObject({ 'x-hwid-active': 'true' });
    expect(remarksOf(phone.body)).toEqual(['NL', 'DE']);
    await ask(path, from('tablet-0002'));
    const third = await ask(path, from('laptop-0003'));
    expect(third.status).toBe(200);
    expect(third.headers).toMatchObject({
      'x-hwid-active': 'true',
      'x-hwid-max-devices-reached': 'true',
      'x-hwid-limit': 'true',
    });
    expect(remarksOf(third.body)).toEqual([expect.stringMatching(/device/i)]);
    expect(await ask(path, from('phone-0001'))).toEqual(phone);
    // More room is at once there for who was refused.
    await entitle(operator, alice.id, { deviceLimit: 3 });
    await expect.poll(async () => remarksOf((await ask(path, from('laptop-0003'))).body), soon).toEqual(['NL', 'DE']);
  });

  it('never lets more in than that, however many come at once', async () => {
    const { ask, path, devices } = await shopWith(3);
    const answers = await Promise.all(Array.from({ length: 12 }, (_, at) => ask(path, from(`device-000${at}`))));
    const served = answers.filter(({ body }) => remarksOf(body).includes('NL'));
    expect(served).toHaveLength(3);
    expect(await devices()).toHaveLength(3);
  });

  it('serves apps that say nothing of their device, and tells them so', async () => {
    const { get, alice, devices } = await shopWith(1);
    const answer = await get(alice.token);
    expect(remarksOf(answer.body)).toEqual(['NL', 'DE']);
    expect(answer.headers['x-hwid-not-supported']).toBe('true');
    expect(answer.headers['x-hwid-active']).toBeUndefined();
    expect(await devices()).toEqual([]);
  });

  it('keeps a hash and what the app says, and nothing that leads back to the device', async () => {
    const { ask, path, operator, devices } = await shopWith(2);
    await ask(path, from('phone-0001', 'iPhone <17>'));
    expect(await devices()).toMatchObject([{ model: 'iPhone 17', os: 'iOS' }]);
    const [row] = await operator.query<{ row: string }>('select devices::text as row from wayleave.devices');
    expect(row?.row).not.toMatch(/phone-0001|127\.0\.0\.1/);
  });

  it('gets a place back from the form on the page', async () => {
    const { ask, path, devices } = await shopWith(1);
    await ask(path, from('phone-0001'));
    const [phone] = await devices();
    const form = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' };
    const removed = await ask(`${path}/devices/${phone?.id ?? ''}/remove`, form);
    expect(removed.status).toBe(303);
    expect(new URL(removed.headers['location'] ?? '', `https://a.example${path}/devices/x/remove`).pathname).toBe(path);
    expect(await devices()).toEqual([]);
    expect(remarksOf((await ask(path, from('tablet-0002'))).body)).toEqual(['NL', 'DE']);
    expect((await ask(`${path}/devices/nonsense/remove`, { method: 'POST' })).status).toBe(303);
    const unknown = '/sub/AAAAbbbbCCCCddddEEEEffffGGGGhhh2';
    const miss = await ask(`${unknown}/devices/${phone?.id ?? ''}/remove`, { method: 'POST' });
    expect(miss).toEqual(await ask(unknown));
    expect((await devices()).length).toBe(1);
  });

  it('fails open: whoever is known and whoever is new gets the list while the database is away', async () => {
    const { ask, path, relay } = await shopWith(1, { freshMs: 100, sourceTimeoutMs: 300 });
    const before = await ask(path, from('phone-0001'));
    relay.set('hang');
    const isStale = async (): Promise<boolean> =>
      (await ask(path, from('phone-0001'))).headers['x-wayleave-stale-seconds'] !== undefined;
    await expect.poll(isStale, soon).toBe(true);
    const other = await ask(path, from('tablet-0002'));
    expect(other.body).toBe(before.body);
    relay.set('pass');
    await expect
      .poll(async () => remarksOf((await ask(path, from('tablet-0002'))).body), { timeout: 20_000, interval: 50 })
      .toEqual([expect.stringMatching(/device/i)]);
  });

  it('does not wait for a registration that the database does not end', async () => {
    const { ask, path, operator, registry } = await shopWith(1);
    await ask(path);
    const locked = Promise.withResolvers<void>();
    const holding = operator.transaction(async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(hashtextextended(id::text, 5715)) from wayleave.subscriptions`);
      await locked.promise;
    });
    expect(remarksOf((await ask(path, from('phone-0001'))).body)).toEqual(['NL', 'DE']);
    expect(await registry.metrics()).toContain('registration_failures_total{cause="timeout"} 1');
    locked.resolve();
    await holding;
  });
});

it('a subscription without a limit keeps nothing of devices', async () => {
  const { ask, path, devices } = await shopWith(undefined);
  const answer = await ask(path, from('phone-0001'));
  expect(Object.keys(answer.headers).filter((name) => name.startsWith('x-hwid'))).toEqual([]);
  expect(await devices()).toEqual([]);
});
