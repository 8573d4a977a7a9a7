import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { labels, vpnSubscriptions } from '../../../src/api/index.ts';
import { confirmRefund, renewKeys, requestRefund } from '../../../src/ledger/index.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { servedTo } from '../../support/world/served.ts';
import { createSellingWorld, entitlementOf, outboxDepth, soon, type SellingWorld } from './support.ts';

describe('what was paid for', () => {
  let world: SellingWorld;
  beforeEach(async () => {
    world = await createSellingWorld();
  });
  afterEach(() => world.end());

  it('works on the panels within seconds, and is recorded as provisioned', async () => {
    world.startProjection();
    const bought = await world.buy({ deviceLimit: 3 });
    const { metadata, spec } = await world.becomes(bought, 'True/Ready');
    const { expiresAtMs } = await entitlementOf(world.store, bought.subscriptionId);
    expect(spec).toMatchObject({
      planRef: { name: 'month' },
      trafficLimit: '50Gi',
      deviceLimit: 3,
      entitlementAccess: 'Granted',
      entitlementRevision: 1,
      credentialsGeneration: 1,
    });
    expect(Date.parse(spec.expiresAt ?? '')).toBe(expiresAtMs);
    expect(metadata.labels).toMatchObject({ [labels.shop]: 'main', [labels.source]: 'ledger' });
    expect(JSON.stringify(metadata)).not.toContain(String(bought.customer.telegramId));
    await vi.waitFor(async () => {
      expect(await entitlementOf(world.store, bought.subscriptionId)).toMatchObject({ revision: 1, provisioned: 1 });
      expect(await outboxDepth(world.store)).toBe(0);
    }, soon);
    expect((await servedTo(world, bought.name))?.panels).toHaveLength(1);
  });

  it('is carried once more for what was bought while it was being carried', async () => {
    const bought = await world.buy();
    let renewed = false;
    world.startProjection({
      failpoint: async (name) => {
        if (name !== 'projection.after-apply' || renewed) return;
        renewed = true;
        await world.buy({}, { of: bought });
      },
    });
    await vi.waitFor(async () => {
      expect(renewed).toBe(true);
      expect(await outboxDepth(world.store)).toBe(0);
    }, soon);
    const { spec } = await world.get(bought.name);
    const { revision, expiresAtMs } = await entitlementOf(world.store, bought.subscriptionId);
    expect(spec.entitlementRevision).toBe(revision);
    expect(Date.parse(spec.expiresAt ?? '')).toBe(expiresAtMs);
  });

  it('is cut off when it is refunded', async () => {
    world.startProjection();
    const bought = await world.buy();
    await world.becomes(bought, 'True/Ready');
    const charge = { shopId: world.shop.shop.id, provider: 'stars', chargeId: bought.chargeId };
    const by = { requestedBy: 'test', reason: 'the customer asked' };
    const refundKey = await requestRefund(world.botStore, { ...charge, ...by });
    expect(await confirmRefund(world.botStore, { ...charge, refundKey, startedBy: 'test' })).toBe('confirmed');
    const { spec } = await world.becomes(bought, 'False/Expired');
    expect(spec.entitlementRevision).toBe(2);
    await vi.waitFor(() => {
      expect(clientsOf(world.nl).filter(({ enable }) => enable)).toEqual([]);
    }, soon);
  });

  it('stays suspended by whoever suspended it, through renewals', async () => {
    world.startProjection();
    const bought = await world.buy();
    await world.becomes(bought, 'True/Ready');
    await world.patch(vpnSubscriptions, bought.name, { spec: { suspended: true } });
    await world.becomes(bought, 'False/Suspended');
    await world.buy({}, { of: bought });
    await vi.waitFor(async () => {
      expect((await world.get(bought.name)).spec.entitlementRevision).toBe(2);
    }, soon);
    const { spec } = await world.becomes(bought, 'False/Suspended');
    expect(spec.suspended).toBe(true);
    expect(await world.eventsOf(bought.name, 'EntitlementOverridden')).toEqual([]);
  });

  it('gets new keys, never older ones, and people may give newer ones', async () => {
    world.startProjection();
    const bought = await world.buy();
    await world.becomes(bought, 'True/Ready');
    expect(await renewKeys(world.botStore, bought.subscriptionId, 1)).toBe(2);
    await vi.waitFor(async () => {
      expect((await world.get(bought.name)).spec.credentialsGeneration).toBe(2);
    }, soon);
    await world.patch(vpnSubscriptions, bought.name, { spec: { credentialsGeneration: 4 } });
    await world.buy({}, { of: bought });
    await vi.waitFor(async () => {
      expect((await world.get(bought.name)).spec).toMatchObject({ credentialsGeneration: 4, entitlementRevision: 2 });
    }, soon);
  });

  it('moves to the panels of the next plan when its time comes', async () => {
    const de = await world.addPanel('de', { labels: { tier: 'other' } });
    world.startProjection();
    const bought = await world.buy({ lengthSeconds: 3600 });
    await world.becomes(bought, 'True/Ready');
    const other = { matchLabels: { tier: 'other' } };
    await world.buy({ plan: 'month', lengthSeconds: 7200, panelSelector: other }, { of: bought });
    await vi.waitFor(async () => {
      const { spec } = await world.get(bought.name);
      expect(spec).toMatchObject({ entitlementRevision: 2, panelSelector: { matchLabels: { tier: 'main' } } });
    }, soon);
    expect(clientsOf(de)).toEqual([]);
    await world.shop.passTime(3600);
    await vi.waitFor(async () => {
      expect((await world.get(bought.name)).spec).toMatchObject({ entitlementRevision: 3, panelSelector: other });
    }, soon);
  });
});
