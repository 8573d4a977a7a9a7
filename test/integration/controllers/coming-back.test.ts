import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnPanels, vpnSubscriptions } from '../../../src/api/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { markDeleted } from '../../../src/store/index.ts';
import { interposedStore } from '../../support/world/interposed.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { servedTo, serversOf } from '../../support/world/served.ts';
import { createWorld, type World } from '../../support/world/world.ts';

const soon = { timeout: 40_000, interval: 100 };

describe('a subscription that goes', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.end());

  async function ready(name: string): Promise<void> {
    await vi.waitFor(async () => {
      expect(stateOf(await world.get(name))).toBe('True/Ready');
    }, soon);
  }

  async function gone(name: string): Promise<void> {
    await world.client.delete(vpnSubscriptions, world.namespace, name);
    await vi.waitFor(async () => {
      expect(await world.find(name)).toBeUndefined();
    }, soon);
  }

  it('and leaves its clients behind is served in full when it comes back', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice', { deletionPolicy: 'Orphan' });
    world.startOperator();
    await ready('alice');
    const servers = await serversOf(world, 'alice');
    expect(servers).toBeGreaterThan(0);
    await gone('alice');
    expect((await servedTo(world, 'alice'))?.token.state).toBe('revoked');
    expect(clientsOf(nl)).toHaveLength(1);
    await world.subscription('alice');
    await ready('alice');
    await vi.waitFor(async () => {
      expect(await serversOf(world, 'alice')).toBe(servers);
    }, soon);
    await gone('alice');
    await vi.waitFor(() => {
      expect(clientsOf(nl)).toHaveLength(0);
    }, soon);
  });

  it('loses a client that was put on a panel and never recorded, because the process died in between', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice');
    let hang: (() => void) | undefined;
    const first = world.startOperator({
      failpoint: (name) => {
        if (name === 'panel.after-ensure') {
          hang?.();
          throw new Error('the process died here');
        }
      },
    });
    const written = new Promise<void>((resolve) => (hang = resolve));
    await written;
    await first.stop();
    expect(clientsOf(nl)).toHaveLength(1);
    await world.client.delete(vpnSubscriptions, world.namespace, 'alice');
    world.startOperator();
    await vi.waitFor(async () => {
      expect(await world.find('alice')).toBeUndefined();
      expect(clientsOf(nl)).toHaveLength(0);
    }, soon);
  });

  it('is taken off a panel that was started while it went', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice');
    const first = world.startOperator();
    await ready('alice');
    await first.stop();
    // The answer to "what is to be revoked here" is as old as the deletion is new.
    let late = true;
    const store = interposedStore(world.store, async (call, what) => {
      const answer = await call();
      if (
        late &&
        what.includes('from wayleave.revocations') &&
        what.includes('where panel_id = $1 and done_at is null')
      ) {
        late = false;
        await world.patch(vpnSubscriptions, 'alice', { metadata: { finalizers: null } });
        await world.client.delete(vpnSubscriptions, world.namespace, 'alice');
        const [row] = await world.store.query<{ id: string }>('select id from wayleave.subscriptions');
        await markDeleted(world.store, row?.id ?? '', { clients: 'revoke', decidedBy: 'test' });
      }
      return answer;
    });
    world.startOperator({ store });
    await vi.waitFor(() => {
      expect(clientsOf(nl)).toHaveLength(0);
    }, soon);
  });

  it('and comes back at once is never left without its client, whatever was under way', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice');
    world.startOperator();
    await ready('alice');
    for (let round = 0; round < 5; round += 1) {
      await gone('alice');
      await world.subscription('alice');
      await ready('alice');
    }
    await vi.waitFor(async () => {
      expect(clientsOf(nl)).toHaveLength(1);
      expect((await world.panel('nl')).status?.clients).toMatchObject({ revokePending: 0, managed: 1, pending: 0 });
      expect(await serversOf(world, 'alice')).toBe(2);
      expect(
        await world.store.query('select from wayleave.revocations where done_at is null and withdrawn_at is null'),
      ).toEqual([]);
    }, soon);
    const { metadata } = await world.panel('nl');
    expect(metadata.deletionTimestamp).toBeUndefined();
    await world.client.delete(vpnPanels, world.namespace, 'nl');
    await vi.waitFor(async () => {
      expect(await world.client.find(vpnPanels, world.namespace, 'nl')).toBeUndefined();
    }, soon);
  });
});
