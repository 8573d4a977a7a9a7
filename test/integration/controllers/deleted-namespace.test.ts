import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubeObject, Resource } from '../../../src/kube/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { servedTo } from '../../support/world/served.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import { findByToken, type SubscriptionDocument } from '../../../src/store/index.ts';

const patience = { timeout: 90_000, interval: 250 };
const customers = Array.from({ length: 30 }, (_, at) => `customer-${String(at)}`);
const namespaces: Resource = { group: '', version: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false };

/** All but how many panels are waited for: that number falls when panels go before subscriptions do. */
function toldBy(document: SubscriptionDocument | undefined): unknown {
  return document && { ...document, state: { ...document.state, panelsWanted: undefined } };
}

describe('a namespace that is deleted with everything in it', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.end());

  it('cuts nobody off, shortens no list of servers, and is gone', async () => {
    const panels = [await world.addPanel('nl'), await world.addPanel('de')];
    await Promise.all(customers.map((name) => world.subscription(name)));
    world.startOperator();
    await vi.waitFor(async () => {
      const all = await Promise.all(customers.map((name) => world.get(name)));
      expect(all.filter((one) => stateOf(one) !== 'True/Ready')).toEqual([]);
    }, patience);
    const hashes = await world.store.query<{ hash: Buffer }>(
      'select token_hash as hash from wayleave.subscription_tokens',
    );
    const answers = async (): Promise<unknown[]> =>
      Promise.all(hashes.map(async ({ hash }) => toldBy(await findByToken(world.store, hash))));
    expect((await servedTo(world, 'customer-0'))?.panels).toHaveLength(2);
    const before = await answers();

    await world.client.delete(namespaces, undefined, world.namespace);
    await vi.waitFor(async () => {
      expect(await world.client.find<KubeObject>(namespaces, undefined, world.namespace)).toBeUndefined();
    }, patience);
    const permitted = await world.store.query('select from wayleave.revocations where permitted_at is not null');
    expect(permitted).toEqual([]);
    for (const panel of panels) expect(clientsOf(panel).filter(({ enable }) => enable)).toHaveLength(30);
    expect(await answers()).toEqual(before);
  });
});
