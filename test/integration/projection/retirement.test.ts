import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findSubscriptions } from '../../../src/store/index.ts';
import { day } from '../../support/money/terms.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { servedTo } from '../../support/world/served.ts';
import { createSellingWorld, outboxDepth, soon, type Bought, type SellingWorld } from './support.ts';

describe('a subscription that expired thirty days ago', () => {
  let world: SellingWorld;
  beforeEach(async () => {
    world = await createSellingWorld();
  });
  afterEach(() => world.end());

  async function isGone({ name }: Bought): Promise<void> {
    await vi.waitFor(async () => {
      expect(await world.find(name)).toBeUndefined();
      expect(await outboxDepth(world.store), await world.complaints()).toBe(0);
    }, soon);
  }

  async function openRevocations(): Promise<object[]> {
    return world.store.query(
      `select reason, decided_by as by from wayleave.revocations where done_at is null and withdrawn_at is null`,
    );
  }

  it('leaves the cluster and the panels, and its address goes on answering', async () => {
    world.startProjection();
    const bought = await world.buy({ lengthSeconds: 3600 });
    await world.becomes(bought, 'True/Ready');
    const before = await servedTo(world, bought.name);
    await world.shop.passTime(3600 + 30 * day - 60);
    await world.shop.passTime(120);
    await isGone(bought);
    await vi.waitFor(() => {
      expect(clientsOf(world.nl)).toEqual([]);
    }, soon);
    const after = await servedTo(world, bought.name);
    expect(after).toMatchObject({ subscriptionId: bought.subscriptionId, token: before?.token, panels: [] });
    const rows = await world.store.query('select reason, decided_by as by, held_at as held from wayleave.revocations');
    expect(rows).toEqual([{ reason: 'Expired', by: 'wayleave', held: null }]);
  });

  it('is the same again when it is renewed: name, keys and address', async () => {
    world.startProjection();
    const bought = await world.buy({ lengthSeconds: 3600 });
    await world.becomes(bought, 'True/Ready');
    const [client] = clientsOf(world.nl);
    const token = (await servedTo(world, bought.name))?.token;
    await world.shop.passTime(3600 + 31 * day);
    await isGone(bought);
    await vi.waitFor(() => {
      expect(clientsOf(world.nl)).toEqual([]);
    }, soon);
    await world.buy({ lengthSeconds: 40 * day }, { of: bought });
    await world.becomes(bought, 'True/Ready');
    expect(clientsOf(world.nl)).toMatchObject([{ email: client?.email, uuid: client?.uuid, enable: true }]);
    expect(await servedTo(world, bought.name)).toMatchObject({ token, panels: [{ name: 'nl' }] });
  });

  it('keeps its clients when it is renewed before a panel let go of them', async () => {
    const projection = world.startProjection();
    const bought = await world.buy({ lengthSeconds: 3600 });
    await world.becomes(bought, 'True/Ready');
    const clients = clientsOf(world.nl);
    await world.shop.passTime(3600 + 31 * day);
    await isGone(bought);
    expect(await openRevocations()).toEqual([{ reason: 'Expired', by: 'wayleave' }]);
    await world.buy({ lengthSeconds: 40 * day }, { of: bought });
    await world.becomes(bought, 'True/Ready');
    expect(await openRevocations()).toEqual([]);
    await projection.stop();
    expect(clientsOf(world.nl).map(({ uuid }) => uuid)).toEqual(clients.map(({ uuid }) => uuid));
  });

  it('does not go with too many others at a time, which would look like an accident', async () => {
    world.startProjection();
    const all = await Promise.all(Array.from({ length: 14 }, () => world.buy({ lengthSeconds: 3600 })));
    for (const bought of all) await world.becomes(bought, 'True/Ready');
    await world.shop.passTime(3600 + 31 * day);
    const left = async (): Promise<number> => {
      const found = await Promise.all(all.map(({ name }) => world.find(name)));
      return found.filter((one) => one !== undefined).length;
    };
    await vi.waitFor(async () => {
      expect(await left()).toBe(4);
      expect(await outboxDepth(world.store)).toBe(0);
    }, soon);
    await world.shop.passTime(601);
    await vi.waitFor(async () => {
      expect(await left()).toBe(0);
    }, soon);
    const held = await world.store.query('select from wayleave.revocations where held_at is not null');
    expect(held).toEqual([]);
  });

  it('stays as long as there is time to come', async () => {
    world.startProjection();
    const bought = await world.buy({ lengthSeconds: 3600 });
    await world.becomes(bought, 'True/Ready');
    await world.shop.passTime(20 * day);
    await world.buy({ lengthSeconds: 3600 }, { of: bought });
    await world.shop.passTime(20 * day);
    const calm = await world.buy();
    await world.becomes(calm, 'True/Ready');
    expect(await world.find(bought.name)).toBeDefined();
    const [record] = await findSubscriptions(world.store, [bought.subscriptionId]);
    expect(record?.deletedAtMs).toBeUndefined();
  });
});
