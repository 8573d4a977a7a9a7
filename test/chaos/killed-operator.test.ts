import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions } from '../../src/api/index.ts';
import { operatorFailpoints, type FailpointName } from '../../src/controllers/failpoints.ts';
import type { ThreeXuiSimulator } from '../support/simulators/3x-ui/index.ts';
import { stateOf } from '../support/world/conditions.ts';
import { expireLease, spawnOperator } from '../support/world/operator-process.ts';
import { clientsOf } from '../support/world/panel-view.ts';
import { createWorld, type World } from '../support/world/world.ts';

const soon = { timeout: 60_000, interval: 100 };

/**
 * The story that passes every failpoint: a new customer, one with new keys, one who leaves. Whatever instruction the
 * process dies at, the next one ends in the same state.
 */
describe('an operator that is killed and started again', () => {
  let world: World;
  let panels: readonly ThreeXuiSimulator[];

  beforeAll(async () => {
    world = await createWorld();
    panels = [await world.addPanel('nl'), await world.addPanel('de', { version: '3.2.0' })];
    const prepared = operatorFailpoints.flatMap((failpoint) => [
      nameAt('renewed', failpoint),
      nameAt('leaves', failpoint),
    ]);
    const calm = spawnOperator(world);
    await Promise.all(prepared.map((name) => world.subscription(name, { rotationOverlapSeconds: 0 })));
    await Promise.all(prepared.map(isReady));
    await calm.stop();
  });
  afterAll(() => world.end());

  it.each(operatorFailpoints)('at %s', async (failpoint) => {
    const stays = nameAt('stays', failpoint);
    const renewed = nameAt('renewed', failpoint);
    const leaves = nameAt('leaves', failpoint);
    const doomed = spawnOperator(world, { failpoint });
    await world.subscription(stays);
    await world.patch(vpnSubscriptions, renewed, { spec: { credentialsGeneration: 2 } });
    await world.client.delete(vpnSubscriptions, world.namespace, leaves);
    expect(await doomed.ended, doomed.log()).toBe('SIGKILL');
    await expireLease(world);

    const next = spawnOperator(world);
    await Promise.all([stays, renewed].map(isReady));
    await vi.waitFor(async () => {
      expect(await world.find(leaves)).toBeUndefined();
      for (const panel of panels) await expectNoOrphans(panel);
    }, soon);
    await next.stop();
  });

  async function isReady(name: string): Promise<void> {
    await vi.waitFor(async () => {
      const found = await world.get(name);
      expect(stateOf(found)).toBe('True/Ready');
      expect(found.status?.observedGeneration).toBe(found.metadata.generation);
    }, soon);
  }

  /** One client per living subscription, on both inbounds, with one UUID on both panels. */
  async function expectNoOrphans(panel: ThreeXuiSimulator): Promise<void> {
    const { items } = await world.client.list<{ metadata: { name: string } }>(vpnSubscriptions, {
      namespace: world.namespace,
    });
    const clients = clientsOf(panel);
    expect(clients).toHaveLength(items.length);
    expect(clients.filter(({ inbounds }) => inbounds.length !== 2)).toEqual([]);
    expect(clients.map(({ uuid }) => uuid).toSorted()).toEqual(
      clientsOf(panels[0] ?? panel)
        .map(({ uuid }) => uuid)
        .toSorted(),
    );
  }
});

function nameAt(role: string, failpoint: FailpointName): string {
  return `${role}-${failpoint.replaceAll('.', '-')}`;
}
