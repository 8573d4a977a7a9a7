import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions } from '../../../src/api/index.ts';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { leaseResource } from '../../../src/kube/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { serversOf } from '../../support/world/served.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';

const soon = { timeout: 60_000, interval: 100 };

interface Lease {
  readonly spec: { readonly holderIdentity: string };
}

describe('a process that loses leadership and wins it again', () => {
  let world: World;
  let nl: ThreeXuiSimulator;
  beforeEach(async () => {
    world = await createWorld();
    nl = await world.addPanel('nl');
  });
  afterEach(() => world.end());

  async function ready(name: string): Promise<void> {
    await vi.waitFor(async () => {
      const found = await world.get(name);
      expect(stateOf(found)).toBe('True/Ready');
      expect(found.status?.observedGeneration).toBe(found.metadata.generation);
    }, soon);
  }

  /** Another process takes the lease by force and never renews it. */
  async function robLease(): Promise<void> {
    await world.patch(leaseResource, 'wayleave-operator', {
      spec: {
        holderIdentity: 'robber',
        leaseDurationSeconds: 1,
        renewTime: new Date().toISOString().replace('Z', '000Z'),
      },
    });
  }

  async function holder(): Promise<string> {
    return (await world.client.get<Lease>(leaseResource, world.namespace, 'wayleave-operator')).spec.holderIdentity;
  }

  it('sees what was written meanwhile, and leaves nothing of its first time running', async () => {
    await world.subscription('alice');
    const timers = new Set<object>();
    const first = world.startOperator({ clock: countingClock(timers) });
    await ready('alice');
    const one = await holder();
    for (let round = 2; round <= 3; round += 1) {
      await robLease();
      await vi.waitFor(async () => {
        expect(await holder()).toBe(one);
      }, soon);
      await world.patch(vpnSubscriptions, 'alice', {
        spec: { credentialsGeneration: round, rotationOverlapSeconds: 0 },
      });
      await ready('alice');
      await vi.waitFor(() => {
        expect(clientsOf(nl)).toHaveLength(1);
      }, soon);
    }
    const metrics = await first.registry.metrics();
    expect(metrics).toMatch(/wayleave_panel_reachable\{panel="[^"]+"\} 1/);

    // A second process leads in between, and everything happens under it.
    const second = world.startOperator();
    await robLease();
    await first.stop();
    // No loop, no timer, no queue of any of its three times.
    await vi.waitFor(() => {
      expect(timers.size).toBe(0);
    }, soon);
    await world.subscription('bob');
    await ready('bob');
    await second.stop();
    world.startOperator();
    await world.client.delete(vpnSubscriptions, world.namespace, 'alice');
    await vi.waitFor(async () => {
      expect(await world.find('alice')).toBeUndefined();
      expect(clientsOf(nl)).toHaveLength(1);
    }, soon);
    expect(await serversOf(world, 'bob')).toBe(2);
  });
});

/** @param timers holds one object for each timer that waits */
function countingClock(timers: Set<object>): Clock {
  return {
    ...systemClock,
    schedule(delayMs, action) {
      const timer = {};
      timers.add(timer);
      const cancel = systemClock.schedule(delayMs, () => {
        timers.delete(timer);
        action();
      });
      return () => {
        timers.delete(timer);
        cancel();
      };
    },
  };
}
