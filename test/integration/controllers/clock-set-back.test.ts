import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { createWorld, type World } from '../../support/world/world.ts';

const soon = { timeout: 30_000, interval: 100 };

describe('a clock that was wrong by a day', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.end());

  it('cuts off whom it thinks expired, and gives access back when it is set right', async () => {
    let offsetMs = 0;
    const clock: Clock = {
      ...systemClock,
      now: () => systemClock.now() + offsetMs,
      // Clocks are looked at once a minute: here a minute is short.
      schedule: (delayMs, action) => systemClock.schedule(delayMs === 60_000 ? 300 : delayMs, action),
    };
    const nl = await world.addPanel('nl');
    await world.subscription('alice', { expiresAt: new Date(Date.now() + 3_600_000).toISOString() });
    world.startOperator({ clock });
    const becomes = async (state: string, enable: boolean): Promise<void> => {
      await vi.waitFor(async () => {
        expect(stateOf(await world.get('alice'))).toBe(state);
        expect(clientsOf(nl)[0]?.enable).toBe(enable);
      }, soon);
    };
    await becomes('True/Ready', true);
    offsetMs = 86_400_000;
    await becomes('False/Expired', false);
    offsetMs = 0;
    await becomes('True/Ready', true);
  });
});
