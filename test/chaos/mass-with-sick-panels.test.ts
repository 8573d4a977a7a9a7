import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions, type VPNSubscription } from '../../src/api/index.ts';
import type { Fault } from '../support/simulators/3x-ui/index.ts';
import { stateOf } from '../support/world/conditions.ts';
import { clientsOf } from '../support/world/panel-view.ts';
import { createWorld, type World } from '../support/world/world.ts';

const patience = { timeout: 240_000, interval: 250 };

const waves: readonly (readonly [string, Fault, number])[] = [
  ['dead', { kind: 'refuse' }, 334],
  ['hung', { kind: 'hang' }, 333],
  ['talking nonsense', { kind: 'html' }, 333],
];

describe('1,000 subscriptions over three panels', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
  });
  afterAll(() => world.end());

  it('while one is dead, then hangs, then talks nonsense: the others get theirs, and it when it is well', async () => {
    const panels = [await world.addPanel('nl'), await world.addPanel('de'), await world.addPanel('fi')] as const;
    const [nl, de, fi] = panels;
    world.startOperator();
    let customers = 0;
    for (const [sickness, fault, count] of waves) {
      fi.faults.clear();
      fi.faults.add({ fault });
      const names = Array.from({ length: count }, (_, at) => `customer-${String(customers + at)}`);
      customers += count;
      for (let at = 0; at < names.length; at += 50) {
        await Promise.all(names.slice(at, at + 50).map((name) => world.subscription(name)));
      }
      await vi.waitFor(async () => {
        expect([clientsOf(nl).length, clientsOf(de).length], sickness).toEqual([customers, customers]);
        expect(await stateCounts(), sickness).toEqual(new Map([['False/PartiallyProvisioned', customers]]));
      }, patience);
      expect(clientsOf(fi)).toHaveLength(0);
      expect(stateOf(await world.panel('nl'))).toBe('True/Ready');
    }
    fi.faults.clear();
    await vi.waitFor(async () => {
      expect(await stateCounts()).toEqual(new Map([['True/Ready', customers]]));
    }, patience);
    // One UUID per customer, the same on all panels, and not one client too many.
    const uuids = panels.map((panel) =>
      clientsOf(panel)
        .map(({ uuid }) => uuid)
        .toSorted(),
    );
    expect(uuids[1]).toEqual(uuids[0]);
    expect(uuids[2]).toEqual(uuids[0]);
    expect(new Set(uuids[0]).size).toBe(1000);
  });

  async function stateCounts(): Promise<Map<string, number>> {
    const counts = new Map<string, number>();
    for await (const one of world.client.listAll<VPNSubscription>(vpnSubscriptions, { namespace: world.namespace })) {
      const state = stateOf(one);
      counts.set(state, (counts.get(state) ?? 0) + 1);
    }
    return counts;
  }
});
