import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { annotations, vpnPanels, vpnSubscriptions } from '../../../src/api/index.ts';
import { condition, stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';

const soon = { timeout: 30_000, interval: 100 };

describe('a panel that is to be left alone', () => {
  let world: World;
  let nl: ThreeXuiSimulator;
  beforeEach(async () => {
    world = await createWorld();
    nl = await world.addPanel('nl');
    await world.subscription('alice');
    world.startOperator();
    await ready('alice');
  });
  afterEach(() => world.end());

  async function ready(name: string): Promise<void> {
    await vi.waitFor(async () => {
      const found = await world.get(name);
      expect(stateOf(found)).toBe('True/Ready');
      expect(found.status?.observedGeneration).toBe(found.metadata.generation);
    }, soon);
  }

  it.each([
    ['paused', { paused: true }, { paused: false }, 'Paused'],
    ['observed', { mode: 'Observe' }, { mode: 'Manage' }, 'Observing'],
    [
      'paused while it drains',
      { paused: true, scheduling: 'Draining' },
      { paused: false, scheduling: 'Active' },
      'Paused',
    ],
  ])('because it is %s gets what was missed when that ends', async (_name, leave, take, reason) => {
    await world.patch(vpnPanels, 'nl', { spec: leave });
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe(`False/${reason}`);
    }, soon);
    await world.patch(vpnSubscriptions, 'alice', { spec: { suspended: true } });
    await vi.waitFor(async () => {
      const [delivery] = (await world.get('alice')).status?.panels ?? [];
      expect(stateOf(await world.get('alice'))).toBe('False/Suspended');
      expect(delivery?.reason).toMatch(/^(WaitingForPanel|Deselected)$/);
    }, soon);
    expect(clientsOf(nl)[0]?.enable).toBe(true);
    await world.patch(vpnPanels, 'nl', { spec: take });
    await vi.waitFor(() => {
      expect(clientsOf(nl)[0]?.enable).toBe(false);
    }, soon);
  });

  it('and is deleted says why it stays, and goes when it may be emptied or is abandoned', async () => {
    await world.patch(vpnPanels, 'nl', { spec: { mode: 'Observe' } });
    await world.client.delete(vpnPanels, world.namespace, 'nl');
    await vi.waitFor(async () => {
      const panel = await world.panel('nl');
      expect(stateOf(panel)).toBe('False/Deleting');
      expect(condition(panel, 'Ready')?.message).toContain('Observe');
    }, soon);
    expect(clientsOf(nl)).toHaveLength(1);
    await world.patch(vpnPanels, 'nl', { metadata: { annotations: { [annotations.abandon]: 'true' } } });
    await vi.waitFor(async () => {
      expect(await world.client.find(vpnPanels, world.namespace, 'nl')).toBeUndefined();
    }, soon);
  });
});
