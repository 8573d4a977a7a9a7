import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions } from '../../../src/api/index.ts';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { parseTokenKeys, rotateToken, createTokenKeyData } from '../../../src/store/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { serversOf, servedTo } from '../../support/world/served.ts';
import { createWorld, secretResource, type World } from '../../support/world/world.ts';

const soon = { timeout: 40_000, interval: 100 };
const keySecret = 'wayleave-token-key';

interface KeySecret {
  readonly data: Record<string, string>;
}

describe('the key that addresses are derived under', () => {
  let world: World;
  let hurryMs: number;
  /** Minutes pass when the test says so. */
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + hurryMs,
    monotonic: () => systemClock.monotonic() + hurryMs,
  };
  beforeEach(async () => {
    hurryMs = 0;
    world = await createWorld();
    await world.addPanel('nl');
    await world.subscription('alice', { writeConnectionSecret: true });
    world.startOperator({ clock });
    await ready('alice');
  });
  afterEach(() => world.end());

  async function ready(name: string): Promise<void> {
    await vi.waitFor(async () => {
      expect(stateOf(await world.get(name))).toBe('True/Ready');
    }, soon);
  }

  async function key(): Promise<KeySecret> {
    return world.client.get<KeySecret>(secretResource, world.namespace, keySecret);
  }

  async function linkOf(name: string): Promise<string> {
    const secret = await world.client.get<KeySecret>(secretResource, world.namespace, `${name}-connection`);
    return Buffer.from(secret.data['url'] ?? '', 'base64').toString();
  }

  it('is not made anew when it is deleted while the operator runs: that is told, and nobody else is harmed', async () => {
    const { data } = await key();
    const link = await linkOf('alice');
    await world.client.delete(secretResource, world.namespace, keySecret);
    hurryMs += 120_000;
    await world.subscription('bob');
    await vi.waitFor(async () => {
      expect(stateOf(await world.get('bob'))).toBe('False/TokenKeyMissing');
    }, soon);
    expect(await world.client.find(secretResource, world.namespace, keySecret)).toBeUndefined();
    expect(stateOf(await world.get('alice'))).toBe('True/Ready');
    await world.apply(secretResource, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: keySecret, namespace: world.namespace },
      type: 'Opaque',
      data,
    } as never);
    hurryMs += 120_000;
    await ready('bob');
    expect(await serversOf(world, 'bob')).toBe(2);
    expect(await linkOf('alice')).toBe(link);
  });

  it('is not believed when it is another one under the same name', async () => {
    const link = await linkOf('alice');
    const { data } = await key();
    await world.patch(secretResource, keySecret, { data: createTokenKeyData() });
    hurryMs += 120_000;
    await world.subscription('bob');
    await vi.waitFor(async () => {
      expect(stateOf(await world.get('bob'))).toBe('False/TokenKeyMissing');
    }, soon);
    expect(await linkOf('alice')).toBe(link);
    await world.patch(secretResource, keySecret, { data });
    hurryMs += 120_000;
    await ready('bob');
    expect((await servedTo(world, 'alice'))?.token.state).toBe('active');
  });

  it('may be followed by another: old addresses stay, new ones use the new key', async () => {
    const { data } = await key();
    const link = await linkOf('alice');
    const next = createTokenKeyData('k2');
    await world.patch(secretResource, keySecret, { data: { ...data, ...next } });
    hurryMs += 120_000;
    await world.subscription('bob');
    await ready('bob');
    expect(await linkOf('alice')).toBe(link);
    const rows = await world.store.query<{ keyId: string }>(
      'select key_id as "keyId" from wayleave.subscription_tokens order by created_at',
    );
    expect(rows.map(({ keyId }) => keyId)).toEqual(['k1', 'k2']);
  });

  it('makes a new address: a mounted link follows, and one that somebody deleted comes back', async () => {
    const link = await linkOf('alice');
    const keys = parseTokenKeys((await key()).data);
    const [row] = await world.store.query<{ id: string }>('select id from wayleave.subscriptions');
    await rotateToken(world.store, row?.id ?? '', keys);
    await minutesPass();
    await vi.waitFor(async () => {
      expect(await linkOf('alice')).not.toBe(link);
    }, soon);
    const followed = await linkOf('alice');
    await world.client.delete(secretResource, world.namespace, 'alice-connection');
    await minutesPass();
    await vi.waitFor(async () => {
      expect(await linkOf('alice')).toBe(followed);
    }, soon);
  });

  /** The timer looks at the clock once a minute; a touch makes the operator look at once. */
  async function minutesPass(): Promise<void> {
    hurryMs += 120_000;
    await world.patch(vpnSubscriptions, 'alice', { metadata: { annotations: { touched: String(hurryMs) } } });
  }
});
