import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions } from '../../../src/api/index.ts';
import { KubeError } from '../../../src/kube/index.ts';
import { StoreError } from '../../../src/store/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { interposedClient, interposedStore, type Interposer } from '../../support/world/interposed.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { serversOf, servedTo } from '../../support/world/served.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';

const patience = { timeout: 90_000, interval: 250 };

/** Loses questions and answers at random. */
function losing(storm: { share: number; lost: number }, error: () => Error): Interposer {
  return async (call, what) => {
    const strike = (): void => {
      if (what.endsWith('leases') || Math.random() >= storm.share / 2) return;
      storm.lost += 1;
      throw error();
    };
    strike();
    const answer = await call();
    strike();
    return answer;
  };
}

const storeLost = (): Error => new StoreError('STORE_UNREACHABLE', 'lost in the storm', { retry: 'later' });
const kubeLost = (): Error => new KubeError('KUBE_SERVER', 'lost in the storm');

describe('an operator whose database and API server lose questions and answers', () => {
  let world: World;
  let panels: readonly ThreeXuiSimulator[];
  beforeEach(async () => {
    world = await createWorld();
    panels = [await world.addPanel('nl'), await world.addPanel('de', { version: '3.2.0' })];
  });
  afterEach(() => world.end());

  it('ends where a calm one would, without a restart', async () => {
    const storm = { share: 0.3, lost: 0 };
    const name = (role: string, at: number): string => `${role}-${String(at)}`;
    const each = Array.from({ length: 6 }, (_, at) => at);
    world.startOperator({
      store: interposedStore(world.store, losing(storm, storeLost)),
      client: interposedClient(world.client, losing(storm, kubeLost)),
    });
    for (const at of each) {
      for (const role of ['stays', 'goes', 'returns', 'renewed']) {
        await world.subscription(name(role, at), { rotationOverlapSeconds: 0 });
      }
    }
    const isThere = async (one: string): Promise<void> => {
      await vi.waitFor(async () => {
        expect(stateOf(await world.get(one))).toBe('True/Ready');
      }, patience);
    };
    await Promise.all(each.map((at) => isThere(name('goes', at))));
    for (const at of each) {
      await world.patch(vpnSubscriptions, name('renewed', at), { spec: { credentialsGeneration: 2 } });
      await world.client.delete(vpnSubscriptions, world.namespace, name('goes', at));
      await world.client.delete(vpnSubscriptions, world.namespace, name('returns', at));
    }
    await vi.waitFor(async () => {
      for (const at of each) expect(await world.find(name('returns', at))).toBeUndefined();
    }, patience);
    for (const at of each) await world.subscription(name('returns', at));
    const lostBefore = storm.lost;
    await vi.waitFor(() => {
      expect(storm.lost).toBeGreaterThan(lostBefore + 8);
    }, patience);
    storm.share = 0;
    for (const role of ['stays', 'returns', 'renewed']) {
      await Promise.all(
        each.map(async (at) => {
          await isThere(name(role, at));
          await vi.waitFor(async () => {
            expect(await serversOf(world, name(role, at)), name(role, at)).toBe(4);
          }, patience);
        }),
      );
    }
    await vi.waitFor(async () => {
      for (const at of each) {
        expect(await world.find(name('goes', at))).toBeUndefined();
        expect((await servedTo(world, name('goes', at)))?.token.state).toBe('revoked');
      }
      for (const panel of panels) {
        expect(clientsOf(panel)).toHaveLength(18);
        expect(clientsOf(panel).filter(({ enable }) => !enable)).toEqual([]);
        expect(clientsOf(panel).filter(({ email }) => email.endsWith('-g2'))).toHaveLength(6);
      }
      for (const panel of ['nl', 'de']) {
        expect((await world.panel(panel)).status?.clients).toMatchObject({
          managed: 18,
          unclaimed: 0,
          pending: 0,
          revokePending: 0,
          drifted: 0,
        });
      }
    }, patience);
  });
});
