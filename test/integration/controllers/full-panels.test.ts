import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions, type VPNSubscription } from '../../../src/api/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { createWorld, type World } from '../../support/world/world.ts';

const soon = { timeout: 60_000, interval: 100 };

describe('a panel with room for so many', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.end());

  async function all(): Promise<VPNSubscription[]> {
    return (await world.client.list<VPNSubscription>(vpnSubscriptions, { namespace: world.namespace })).items;
  }

  it('takes no more than that when everybody comes at once, and gives a place that becomes free to the next', async () => {
    const nl = await world.addPanel('nl', { spec: { capacity: { maxClients: 5 } } });
    const names = Array.from({ length: 20 }, (_, at) => `customer-${String(at).padStart(2, '0')}`);
    await Promise.all(names.map((name) => world.subscription(name)));
    world.startOperator();
    await vi.waitFor(async () => {
      const states = (await all()).map((one) => stateOf(one));
      expect(states.filter((state) => state === 'True/Ready')).toHaveLength(5);
      expect(states.filter((state) => state === 'False/PanelFull')).toHaveLength(15);
    }, soon);
    expect(clientsOf(nl)).toHaveLength(5);
    const [leaving] = (await all()).filter((one) => stateOf(one) === 'True/Ready');
    await world.client.delete(vpnSubscriptions, world.namespace, leaving?.metadata.name ?? '');
    await vi.waitFor(async () => {
      expect((await all()).map((one) => stateOf(one)).filter((state) => state === 'True/Ready')).toHaveLength(5);
    }, soon);
    expect(clientsOf(nl)).toHaveLength(5);
  });

  it('shares customers of one panel each evenly, and keeps them across a restart', async () => {
    const panels = await Promise.all(['a', 'b', 'c'].map((name) => world.addPanel(name)));
    const names = Array.from({ length: 30 }, (_, at) => `customer-${String(at)}`);
    const first = world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('c'))).toBe('True/Ready');
      expect(stateOf(await world.panel('a'))).toBe('True/Ready');
      expect(stateOf(await world.panel('b'))).toBe('True/Ready');
    }, soon);
    await Promise.all(names.map((name) => world.subscription(name, { placement: { maxPanels: 1 } })));
    const allReady = async (): Promise<void> => {
      await vi.waitFor(async () => {
        expect((await all()).filter((one) => stateOf(one) !== 'True/Ready' || one.status?.delivered !== '1/1')).toEqual(
          [],
        );
      }, soon);
    };
    await allReady();
    expect(panels.map((panel) => clientsOf(panel).length)).toEqual([10, 10, 10]);
    const before = panels.map((panel) => clientsOf(panel));
    await first.stop();
    world.startOperator();
    await world.subscription('one-more', { placement: { maxPanels: 1 } });
    await allReady();
    const emails = (one: readonly { email: string }[]): Set<string> => new Set(one.map(({ email }) => email));
    for (const [at, panel] of panels.entries()) {
      const now = emails(clientsOf(panel));
      expect([...emails(before[at] ?? [])].filter((email) => !now.has(email))).toEqual([]);
    }
  });

  it('is one of 22: a subscription is on 20 of them', async () => {
    const names = Array.from({ length: 22 }, (_, at) => `p${String(at).padStart(2, '0')}`);
    const panels = await Promise.all(names.map((name) => world.addPanel(name)));
    await world.subscription('alice');
    world.startOperator();
    await vi.waitFor(async () => {
      const alice = await world.get('alice');
      expect(stateOf(alice)).toBe('True/Ready');
      expect(alice.status?.delivered).toBe('20/20');
    }, soon);
    expect(panels.filter((panel) => clientsOf(panel).length === 1)).toHaveLength(20);
  });
});
