import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions } from '../../../src/api/index.ts';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { interposedStore } from '../../support/world/interposed.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { setTraffic } from '../../support/world/traffic.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';

const soon = { timeout: 40_000, interval: 100 };
const mebibyte = 2 ** 20;

describe('a traffic limit', () => {
  let world: World;
  let nl: ThreeXuiSimulator;
  let de: ThreeXuiSimulator;
  beforeEach(async () => {
    world = await createWorld();
    nl = await world.addPanel('nl');
    de = await world.addPanel('de');
  });
  afterEach(() => world.end());

  async function becomes(state: string, name = 'alice'): Promise<void> {
    await vi.waitFor(async () => {
      const found = await world.get(name);
      expect(stateOf(found)).toBe(state);
      expect(found.status?.observedGeneration).toBe(found.metadata.generation);
    }, soon);
  }

  function enabled(): (boolean | undefined)[] {
    return [nl, de].map((panel) => clientsOf(panel)[0]?.enable);
  }

  function carry(panel: ThreeXuiSimulator, bytes: number): void {
    setTraffic(panel, clientsOf(panel)[0]?.email ?? '', bytes);
  }

  it('is the sum over panels, cuts on all of them, and a raised one gives access back', async () => {
    await world.subscription('alice', { trafficLimit: '10Mi' });
    world.startOperator();
    await becomes('True/Ready');
    carry(nl, 6 * mebibyte);
    carry(de, 5 * mebibyte);
    await becomes('False/Limited');
    await vi.waitFor(() => expect(enabled()).toEqual([false, false]), soon);
    await world.patch(vpnSubscriptions, 'alice', { spec: { trafficLimit: '100Mi' } });
    await becomes('True/Ready');
    await vi.waitFor(() => expect(enabled()).toEqual([true, true]), soon);
  });

  it('counts on where a panel forgot its counters', async () => {
    await world.subscription('alice', { trafficLimit: '10Mi' });
    world.startOperator();
    await becomes('True/Ready');
    carry(nl, 8 * mebibyte);
    await vi.waitFor(async () => {
      const rows = await world.store.query<{ up: bigint }>(
        'select counter_up as up from wayleave.panel_usage where counter_up > 0',
      );
      expect(rows).toEqual([{ up: BigInt(8 * mebibyte) }]);
    }, soon);
    carry(nl, 3 * mebibyte);
    await becomes('False/Limited');
  });

  it('by the month holds from the first byte, and the next month gives access back', async () => {
    const today = new Date();
    const monthEnd = Date.UTC(today.getUTCFullYear(), today.getUTCMonth() + 1, 1);
    let offsetMs = monthEnd - 3_600_000 - Date.now();
    const clock: Clock = { ...systemClock, now: () => Date.now() + offsetMs };
    await world.subscription('alice', { trafficLimit: '10Mi', trafficReset: 'Monthly' });
    const first = world.startOperator({ clock });
    await becomes('True/Ready');
    carry(nl, 11 * mebibyte);
    await becomes('False/Limited');
    await vi.waitFor(() => expect(enabled()).toEqual([false, false]), soon);
    await first.stop();
    offsetMs = monthEnd - 12_000 - Date.now();
    world.startOperator({ clock });
    await becomes('True/Ready');
    await vi.waitFor(() => expect(enabled()).toEqual([true, true]), soon);
  });

  it('is over with a renewal, also when the operator dies between recording it and starting anew', async () => {
    const expiresAt = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();
    await world.subscription('alice', { trafficLimit: '10Mi', trafficReset: 'Renewal', expiresAt: expiresAt(1) });
    const first = world.startOperator();
    await becomes('True/Ready');
    carry(nl, 11 * mebibyte);
    await becomes('False/Limited');
    await world.patch(vpnSubscriptions, 'alice', { spec: { expiresAt: expiresAt(2) } });
    await becomes('True/Ready');
    await vi.waitFor(() => expect(enabled()).toEqual([true, true]), soon);
    carry(nl, 22 * mebibyte);
    await becomes('False/Limited');
    await first.stop();

    let refusals = 0;
    let failing = true;
    const store = interposedStore(world.store, (call, what) => {
      if (failing && what.includes('usage_baselines (')) {
        refusals += 1;
        throw new Error('the process died here');
      }
      return call();
    });
    const doomed = world.startOperator({ store });
    await world.patch(vpnSubscriptions, 'alice', { spec: { expiresAt: expiresAt(3) } });
    await vi.waitFor(() => {
      expect(refusals).toBeGreaterThan(0);
    }, soon);
    await doomed.stop();
    failing = false;
    world.startOperator();
    await becomes('True/Ready');
    await vi.waitFor(() => expect(enabled()).toEqual([true, true]), soon);
  });

  it('still counts for a subscription that was deleted and made again', async () => {
    await world.subscription('alice', { trafficLimit: '10Mi' });
    const first = world.startOperator();
    await becomes('True/Ready');
    carry(nl, 11 * mebibyte);
    await becomes('False/Limited');
    await world.client.delete(vpnSubscriptions, world.namespace, 'alice');
    await vi.waitFor(() => {
      expect([...clientsOf(nl), ...clientsOf(de)]).toEqual([]);
    }, soon);
    await vi.waitFor(async () => {
      const rows = await world.store.query('select from wayleave.panel_clients');
      expect(rows).toHaveLength(0);
    }, soon);
    await first.stop();
    world.startOperator();
    await world.subscription('alice', { trafficLimit: '10Mi' });
    await becomes('False/Limited');
    expect(clientsOf(nl)).toEqual([]);
  });
});
