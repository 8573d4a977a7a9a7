import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnSubscriptions } from '../../../src/api/index.ts';
import { ensureSubscriptions, parseTokenKeys, resetUsage } from '../../../src/store/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { setTraffic } from '../../support/world/traffic.ts';
import { createWorld, secretResource, type World } from '../../support/world/world.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';

const soon = { timeout: 40_000, interval: 100 };
const id = '0190aaaa-0000-7000-8000-0000000000aa';
const name = `sub-${id}`;
const hoursFromNow = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

/** The ledger writes its row and its entitlement first, and the resource follows. */
describe('a subscription that was bought', () => {
  let world: World;
  let nl: ThreeXuiSimulator;
  beforeEach(async () => {
    world = await createWorld();
    nl = await world.addPanel('nl');
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe('True/Ready');
    }, soon);
    await world.subscription('somebody');
    await becomes('True/Ready', 'somebody');
    const keys = await world.client.get<{ data: Record<string, string> }>(
      secretResource,
      world.namespace,
      'wayleave-token-key',
    );
    const wanted = { namespace: world.namespace, name, source: 'ledger', id } as const;
    await ensureSubscriptions(world.store, [wanted], parseTokenKeys(keys.data));
  });
  afterEach(() => world.end());

  async function becomes(state: string, of = name): Promise<void> {
    await vi.waitFor(async () => {
      const found = await world.get(of);
      expect(stateOf(found)).toBe(state);
      expect(found.status?.observedGeneration).toBe(found.metadata.generation);
    }, soon);
  }

  async function grant(revision: number, expiresAt: string): Promise<void> {
    await world.store.query(
      `insert into wayleave.entitlements as e (subscription_id, source, expires_at, revision, traffic_limit_bytes)
       values ($1, 'ledger', $2, $3, 10485760)
       on conflict (subscription_id) do update set expires_at = $2, revision = $3`,
      [id, expiresAt, revision],
    );
    const spec = { expiresAt, entitlementRevision: revision, trafficLimit: '10Mi' };
    await (revision === 1 ? world.subscription(name, spec) : world.patch(vpnSubscriptions, name, { spec }));
  }

  async function provisionedRevision(): Promise<number> {
    const [row] = await world.store.query<{ revision: bigint }>(
      'select provisioned_revision as revision from wayleave.entitlements where subscription_id = $1',
      [id],
    );
    return Number(row?.revision);
  }

  it('has every renewal recorded as provisioned', async () => {
    for (const revision of [1, 2, 3]) {
      await grant(revision, hoursFromNow(revision));
      await becomes('True/Ready');
      await vi.waitFor(async () => {
        expect(await provisionedRevision()).toBe(revision);
      }, soon);
    }
  });

  it('gets access back when the ledger has let its traffic start anew', async () => {
    await grant(1, hoursFromNow(1));
    await becomes('True/Ready');
    const { shortId } = (
      await world.store.query<{ shortId: string }>(
        'select short_id as "shortId" from wayleave.subscriptions where id = $1',
        [id],
      )
    )[0] ?? { shortId: '' };
    setTraffic(nl, `wl-${shortId}`, 11 * 2 ** 20);
    await becomes('False/Limited');
    await resetUsage(world.store, id, 'renewal');
    await grant(2, hoursFromNow(2));
    await becomes('True/Ready');
    await vi.waitFor(() => {
      expect(clientsOf(nl).filter(({ enable }) => enable)).toHaveLength(2);
    }, soon);
  });

  it('keeps its clients when its resource is deleted, and they are only reported until it is projected again', async () => {
    await grant(1, hoursFromNow(1));
    await becomes('True/Ready');
    await world.client.delete(vpnSubscriptions, world.namespace, name);
    await vi.waitFor(async () => {
      expect(await world.find(name)).toBeUndefined();
      expect((await world.panel('nl')).status?.clients).toMatchObject({ unclaimed: 1, revokePending: 0 });
    }, soon);
    await grant(1, hoursFromNow(1));
    await becomes('True/Ready');
    expect(clientsOf(nl).filter(({ enable }) => enable)).toHaveLength(2);
  });
});
