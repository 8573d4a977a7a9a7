import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { resetUsage } from '../../../src/store/index.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { setTraffic } from '../../support/world/traffic.ts';
import { createSellingWorld, soon, type SellingWorld } from './support.ts';

const mebibyte = 2 ** 20;

describe('the traffic of what was bought', () => {
  let world: SellingWorld;
  beforeEach(async () => {
    world = await createSellingWorld({ operator: false });
  });
  afterEach(() => world.end());

  function carry(mebibytes: number): void {
    setTraffic(world.nl, clientsOf(world.nl)[0]?.email ?? '', mebibytes * mebibyte);
  }

  async function marks(): Promise<number[]> {
    const rows = await world.store.query<{ percent: number }>(
      'select percent from wayleave.traffic_marks order by since, percent',
    );
    return rows.map(({ percent }) => percent);
  }

  it('leaves a mark at 80 and 100 % of the limit, once in a period, whoever leads', async () => {
    let operator = world.startOperator();
    world.startProjection();
    const bought = await world.buy({ trafficLimit: '10Mi' });
    await world.becomes(bought, 'True/Ready');
    carry(4);
    await vi.waitFor(async () => {
      const [row] = await world.store.query<{ up: bigint }>('select counter_up as up from wayleave.panel_usage');
      expect(row?.up).toBe(BigInt(4 * mebibyte));
    }, soon);
    expect(await marks()).toEqual([]);
    carry(9);
    await vi.waitFor(async () => {
      expect(await marks()).toEqual([50, 80, 90]);
    }, soon);
    await operator.stop();
    operator = world.startOperator();
    carry(11);
    await world.becomes(bought, 'False/Limited');
    await vi.waitFor(async () => {
      expect(await marks()).toEqual([50, 80, 90, 95, 100]);
    }, soon);
    // A renewal starts from zero, and what was used before says nothing about it.
    await resetUsage(world.botStore, bought.subscriptionId, 'renewal');
    await world.buy({ trafficLimit: '10Mi' }, { of: bought });
    await world.becomes(bought, 'True/Ready');
    expect(await marks()).toEqual([50, 80, 90, 95, 100]);
    carry(20);
    await vi.waitFor(async () => {
      expect(await marks()).toEqual([50, 80, 90, 95, 100, 50, 80, 90]);
    }, soon);
  });

  it('leaves no mark where nobody bought anything', async () => {
    world.startOperator();
    await world.subscription('alice', { trafficLimit: '10Mi' });
    await world.becomes({ name: 'alice' }, 'True/Ready');
    carry(11);
    await world.becomes({ name: 'alice' }, 'False/Limited');
    expect(await marks()).toEqual([]);
  });
});
