import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnPanels, vpnPlans, vpnSubscriptions } from '../../../src/api/index.ts';
import { findSubscriptionsByName } from '../../../src/store/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import { clientsOf } from '../../support/world/panel-view.ts';

const soon = { timeout: 20_000, interval: 50 };

describe('a subscription made with kubectl', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.end());

  /** As Postgres has it, for the customer's page. */
  async function deliveryOf(name: string): Promise<{ ready: number; total: number | undefined }> {
    const [one] = await findSubscriptionsByName(world.store, [{ namespace: world.namespace, name }]);
    return { ready: one?.clients.length ?? 0, total: one?.state.panelsWanted };
  }

  it('is put on every selected panel with one UUID and becomes Ready', async () => {
    const nl = await world.addPanel('nl');
    const de = await world.addPanel('de');
    await world.plan('month');
    await world.subscription('alice', { planRef: { name: 'month' } });
    world.startOperator();
    await vi.waitFor(async () => {
      const alice = await world.get('alice');
      expect(stateOf(alice)).toBe('True/Ready');
      expect(alice.status?.delivered).toBe('2/2');
    }, soon);
    const [onNl] = clientsOf(nl);
    const [onDe] = clientsOf(de);
    expect(onNl?.enable).toBe(true);
    expect(onNl?.inbounds).toHaveLength(2);
    expect(onNl?.uuid).toBe(onDe?.uuid);
    expect(onNl?.email).toMatch(/^wl-[a-z0-9]+$/);
    expect(clientsOf(nl)).toHaveLength(1);
    await vi.waitFor(async () => {
      expect(stateOf(await world.client.get(vpnPlans, world.namespace, 'month'), 'Sellable')).toBe('True/Sellable');
      expect((await world.panel('nl')).status?.clients?.managed).toBe(1);
    }, soon);
  });

  it('shows how far it is while a panel is down, and finishes by itself', async () => {
    await world.addPanel('nl');
    const de = await world.addPanel('de');
    await de.goOffline();
    await world.subscription('bob');
    world.startOperator();
    await vi.waitFor(async () => {
      const bob = await world.get('bob');
      expect(bob.status?.delivered).toBe('1/2');
      expect(stateOf(bob)).toBe('False/PartiallyProvisioned');
      expect(stateOf(await world.panel('de'), 'Reachable')).toBe('False/Unreachable');
      expect(stateOf(await world.panel('nl'))).toBe('True/Ready');
      expect(await deliveryOf('bob')).toEqual({ ready: 1, total: 2 });
    }, soon);
    await de.goOnline();
    await vi.waitFor(async () => {
      expect(await deliveryOf('bob')).toEqual({ ready: 2, total: 2 });
      expect(stateOf(await world.get('bob'))).toBe('True/Ready');
      expect(stateOf(await world.panel('de'))).toBe('True/Ready');
    }, soon);
  });

  it('is cut off on suspension and on expiry, and given back', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('carol', { expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.get('carol'))).toBe('True/Ready');
    }, soon);
    await world.patch(vpnSubscriptions, 'carol', { spec: { suspended: true } });
    await vi.waitFor(async () => {
      expect(clientsOf(nl)[0]?.enable).toBe(false);
      expect(stateOf(await world.get('carol'))).toBe('False/Suspended');
    }, soon);
    await world.patch(vpnSubscriptions, 'carol', { spec: { suspended: false } });
    await vi.waitFor(() => {
      expect(clientsOf(nl)[0]?.enable).toBe(true);
    }, soon);
    await world.patch(vpnSubscriptions, 'carol', { spec: { expiresAt: new Date(Date.now() + 1500).toISOString() } });
    await vi.waitFor(async () => {
      expect(clientsOf(nl)[0]?.enable).toBe(false);
      expect(stateOf(await world.get('carol'), 'Expired')).toBe('True/Expired');
    }, soon);
    await world.patch(vpnSubscriptions, 'carol', {
      spec: { expiresAt: new Date(Date.now() + 7_200_000).toISOString() },
    });
    await vi.waitFor(async () => {
      expect(clientsOf(nl)[0]?.enable).toBe(true);
      expect(stateOf(await world.get('carol'))).toBe('True/Ready');
    }, soon);
  });

  it('reaches a panel that is added later, and leaves one that is no longer selected', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('dave');
    world.startOperator();
    await vi.waitFor(async () => {
      expect((await world.get('dave')).status?.delivered).toBe('1/1');
    }, soon);
    const de = await world.addPanel('de');
    await vi.waitFor(async () => {
      expect((await world.get('dave')).status?.delivered).toBe('2/2');
    }, soon);
    expect(clientsOf(de)[0]?.uuid).toBe(clientsOf(nl)[0]?.uuid);
    await world.patch(vpnPanels, 'nl', { metadata: { labels: { tier: 'other' } } });
    await vi.waitFor(async () => {
      expect(clientsOf(nl)).toHaveLength(0);
      expect((await world.get('dave')).status?.delivered).toBe('1/1');
    }, soon);
  });

  it('comes back with the same UUID after deletion, and nobody else is touched', async () => {
    const nl = await world.addPanel('nl');
    nl.state.inbounds[0]?.settings.clients?.push({
      id: '7a3b1c9e-0d5f-4e7a-9b2c-1f0e8d6c5b4a',
      email: 'foreign',
      enable: true,
    });
    const foreign = JSON.stringify(nl.state.inbounds[0]?.settings.clients?.[0]);
    await world.subscription('erin');
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.get('erin'))).toBe('True/Ready');
    }, soon);
    const before = clientsOf(nl)[0];
    await world.client.delete(vpnSubscriptions, world.namespace, 'erin');
    await vi.waitFor(async () => {
      expect(await world.find('erin')).toBeUndefined();
      expect(clientsOf(nl)).toHaveLength(0);
    }, soon);
    await world.subscription('erin');
    await vi.waitFor(async () => {
      expect(stateOf(await world.get('erin'))).toBe('True/Ready');
    }, soon);
    expect(clientsOf(nl)[0]?.uuid).toBe(before?.uuid);
    expect(JSON.stringify(nl.state.inbounds[0]?.settings.clients?.find(({ email }) => email === 'foreign'))).toBe(
      foreign,
    );
  });

  it('gets new keys panel by panel, and the old ones go after the overlap', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('frank', { rotationOverlapSeconds: 3 });
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.get('frank'))).toBe('True/Ready');
    }, soon);
    const old = clientsOf(nl)[0];
    await world.patch(vpnSubscriptions, 'frank', { spec: { credentialsGeneration: 2 } });
    await vi.waitFor(() => {
      expect(
        clientsOf(nl)
          .map(({ email }) => email)
          .toSorted(),
      ).toEqual([old?.email, `${old?.email ?? ''}-g2`]);
    }, soon);
    await vi.waitFor(() => {
      expect(clientsOf(nl).map(({ email }) => email)).toEqual([`${old?.email ?? ''}-g2`]);
    }, soon);
    expect(clientsOf(nl)[0]?.uuid).not.toBe(old?.uuid);

    // Made anew from an older manifest: keys that leaked do not come back.
    const renewed = clientsOf(nl)[0];
    await world.client.delete(vpnSubscriptions, world.namespace, 'frank');
    await vi.waitFor(async () => {
      expect(await world.find('frank')).toBeUndefined();
      expect(clientsOf(nl)).toHaveLength(0);
    }, soon);
    await world.subscription('frank');
    await vi.waitFor(async () => {
      expect(stateOf(await world.get('frank'))).toBe('True/Ready');
    }, soon);
    expect(clientsOf(nl)).toMatchObject([{ email: renewed?.email, uuid: renewed?.uuid }]);
  });
});
