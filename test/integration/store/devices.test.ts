import { randomBytes } from 'node:crypto';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  devicesOf,
  forgetDevices,
  findByToken,
  hashToken,
  openStore,
  registerDevice,
  removeDevice,
  tokenOf,
  touchDevices,
  writeEntitlements,
  type Store,
} from '../../../src/store/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { freshDatabase } from '../../support/database.ts';
import { execute, freshUser, openAs, subscription, tokenKeys } from './support.ts';

interface Shop {
  readonly url: string;
  readonly operator: Store;
  /** With the rights of the subscription service and no others. */
  readonly service: Store;
  readonly id: string;
  readonly tokenHash: Buffer;
}

async function shopWith(deviceLimit: number | undefined): Promise<Shop> {
  const { url } = await freshDatabase();
  const user = await freshUser(url);
  await execute(url, `grant wayleave_subscriptions to ${user.name}`);
  const operator = await openAs('operator', url);
  const service = await openStore({
    databaseUrl: user.url,
    role: 'subscriptions',
    log: silentLog,
    applicationName: 'devices-test',
    poolSize: 20,
  });
  onTestFinished(() => service.close());
  const record = await subscription(operator);
  if (record.token === undefined) throw new Error('no address');
  await limitTo(operator, record.id, deviceLimit);
  return { url, operator, service, id: record.id, tokenHash: hashToken(tokenOf(tokenKeys, record.id, record.token)) };
}

async function limitTo(operator: Store, subscriptionId: string, deviceLimit: number | undefined): Promise<void> {
  await writeEntitlements(operator, [
    {
      subscriptionId,
      title: { default: 'Gold' },
      expiresAtMs: undefined,
      access: 'granted',
      trafficLimitBytes: undefined,
      deviceLimit,
    },
  ]);
}

const device = (subscriptionId: string, hash = randomBytes(32)) => ({ subscriptionId, hash, model: 'X', os: 'Y 1' });

describe('registerDevice', () => {
  it('lets exactly as many in as the limit says, however many come at once', async () => {
    const { service, id } = await shopWith(3);
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => registerDevice(service, device(id))));
    expect(outcomes.filter((one) => one === 'registered')).toHaveLength(3);
    expect(outcomes.filter((one) => one === 'full')).toHaveLength(37);
    expect(await devicesOf(service, id)).toHaveLength(3);
  });

  it('knows one again, also when there is no room for another, and keeps nothing where there is no limit', async () => {
    const { service, operator, id } = await shopWith(1);
    const mine = device(id);
    expect(await registerDevice(service, mine)).toBe('registered');
    expect(await registerDevice(service, mine)).toBe('known');
    expect(await registerDevice(service, device(id))).toBe('full');
    await limitTo(operator, id, undefined);
    expect(await registerDevice(service, device(id))).toBe('unlimited');
    await limitTo(operator, id, 2);
    expect(await registerDevice(service, device(id))).toBe('registered');
    expect(await devicesOf(service, id)).toHaveLength(2);
  });

  it('gives the place of one that was away for long to another', async () => {
    const { service, url, id } = await shopWith(1);
    const old = device(id);
    await registerDevice(service, old);
    await execute(url, `update wayleave.devices set last_seen_at = now() - interval '61 days'`);
    expect(await devicesOf(service, id)).toEqual([]);
    expect(await registerDevice(service, device(id))).toBe('registered');
    expect(await registerDevice(service, old)).toBe('full');
  });

  it('forgets, a batch at a time, those that were away for so long, and no other', async () => {
    const { service, url, id } = await shopWith(4);
    for (let old = 0; old < 3; old += 1) await registerDevice(service, device(id));
    await execute(url, `update wayleave.devices set last_seen_at = now() - interval '61 days'`);
    const mine = device(id);
    await execute(
      url,
      `insert into wayleave.devices (subscription_id, hash, last_seen_at)
       values ('${id}', '\\x${mine.hash.toString('hex')}', now() - interval '59 days')`,
    );
    expect(await forgetDevices(service, 2)).toBe(2);
    expect(await forgetDevices(service, 2)).toBe(1);
    expect(await forgetDevices(service, 2)).toBe(0);
    expect(await devicesOf(service, id)).toHaveLength(1);
  });
});

describe('devices of a subscription', () => {
  it('come with its document, and only where they are counted', async () => {
    const { service, operator, id, tokenHash } = await shopWith(2);
    const mine = device(id);
    await registerDevice(service, mine);
    const known = {
      id: expect.any(String) as unknown,
      hash: mine.hash.toString('base64url'),
      model: 'X',
      os: 'Y 1',
      firstSeenMs: expect.any(Number) as unknown,
      lastSeenMs: expect.any(Number) as unknown,
    };
    expect(await devicesOf(service, id)).toEqual([known]);
    expect((await findByToken(service, tokenHash))?.devices).toEqual([known]);
    await limitTo(operator, id, undefined);
    expect((await findByToken(service, tokenHash))?.devices).toEqual([]);
  });

  it('go one by one, and never one of somebody else', async () => {
    const { service, operator, id } = await shopWith(2);
    const other = await subscription(operator, 'bob');
    await registerDevice(service, device(id));
    const [mine] = await devicesOf(service, id);
    if (mine === undefined) throw new Error('no device');
    expect(await removeDevice(service, other.id, mine.id)).toBe(false);
    expect(await removeDevice(service, id, 'nonsense')).toBe(false);
    expect(await removeDevice(service, id, mine.id)).toBe(true);
    expect(await removeDevice(service, id, mine.id)).toBe(false);
    expect(await registerDevice(service, device(id))).toBe('registered');
  });

  it('are noted as seen', async () => {
    const { service, url, id } = await shopWith(2);
    await registerDevice(service, device(id));
    await execute(url, `update wayleave.devices set last_seen_at = now() - interval '3 days'`);
    const [before] = await devicesOf(service, id);
    await touchDevices(service, [before?.id ?? '', '00000000-0000-7000-8000-000000000000']);
    const [after] = await devicesOf(service, id);
    expect((after?.lastSeenMs ?? 0) - (before?.lastSeenMs ?? 0)).toBeGreaterThan(2 * 86_400_000);
  });
});
