import { randomUUID } from 'node:crypto';
import { inject, afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vpnSubscriptions, type VPNSubscription } from '../../../src/api/index.ts';
import { runCommandLine } from '../../../src/commands/program.ts';
import type { KubeObject } from '../../../src/kube/index.ts';
import { getShop, grantTime } from '../../../src/ledger/index.ts';
import { createTokenKeyData, ensureSubscriptions, parseTokenKeys } from '../../../src/store/index.ts';
import { secretResource } from '../../support/manifests.ts';
import { createSellingWorld, type Bought, type SellingWorld } from '../projection/support.ts';
import { scriptedHost } from './scripted-host.ts';

const keyName = 'wayleave-token-key';

/** A database that knows of sold and hand-made subscriptions, in a cluster that knows of none. No operator and no bot. */
describe('wayleave restore', () => {
  const data = createTokenKeyData();
  let world: SellingWorld;
  let bought: readonly Bought[];
  beforeAll(async () => {
    world = await createSellingWorld({ operator: false });
    bought = [await world.buy(), await world.buy(), await world.buy()];
    const { namespace, store } = world;
    const byHand = { namespace, name: 'alice', source: 'resource' } as const;
    await ensureSubscriptions(store, [byHand], parseTokenKeys(data));
  });
  afterAll(() => world.end());

  async function restore(...more: string[]): Promise<{ code: number; said: string }> {
    const { namespace, databaseUrl } = world;
    const where = ['--kubeconfig', inject('kubeconfig'), '--namespace', namespace, '--watch-namespace', namespace];
    const host = scriptedHost(['restore', '--reason', 'a test', ...where, ...more], { DATABASE_URL: databaseUrl });
    return { code: await runCommandLine(host), said: host.out() + host.err() };
  }

  async function setKey(keyData: Readonly<Record<string, string>>): Promise<void> {
    const { client, namespace } = world;
    await client.delete(secretResource, namespace, keyName);
    const metadata = { name: keyName, namespace };
    await client.create(secretResource, { apiVersion: 'v1', kind: 'Secret', metadata, data: keyData } as KubeObject);
  }

  async function names(): Promise<string[]> {
    const { items } = await world.client.list<VPNSubscription>(vpnSubscriptions, { namespace: world.namespace });
    return items.map(({ metadata }) => metadata.name).toSorted();
  }

  const sold = (): string[] => bought.map(({ name }) => name).toSorted();

  it.each([
    ['no key', undefined],
    ['another key of the same name', createTokenKeyData()],
    ['another key of another name', createTokenKeyData('k2')],
  ])('refuses to begin with %s, and touches nothing', async (_, keyData) => {
    if (keyData !== undefined) await setKey(keyData);
    const { code, said } = await restore();
    expect([code, await names()]).toEqual([1, []]);
    expect(said).toContain('from the backup');
    expect((await getShop(world.botStore, world.shop.shop.id)).refundsPausedAtMs).toBeUndefined();
  });

  it('makes everything that was sold, pauses refunds, and names what only manifests can bring back', async () => {
    await setKey(data);
    const { code, said } = await restore();
    expect([code, await names()], said).toEqual([0, sold()]);
    expect(said).toContain('3 sold subscriptions are in the cluster');
    expect(said).toContain(`VPNSubscription ${world.namespace}/alice`);
    expect((await getShop(world.botStore, world.shop.shop.id)).refundsPausedAtMs).toBeDefined();
    const { rows } = await world.shop.owner.query(`select from wayleave.audit where action = 'restore'`);
    expect(rows).toHaveLength(1);
  });

  it('changes nothing when it is repeated, and mends what was lost since', async () => {
    const { client, namespace, botStore } = world;
    const [first, second] = bought;
    if (first === undefined || second === undefined) throw new Error('nothing was bought');
    await client.delete(vpnSubscriptions, namespace, first.name);
    const grant = { source: 'admin', lengthSeconds: 86_400 } as const;
    await grantTime(botStore, second.subscriptionId, grant, { author: 'ann', reason: 'a test' });
    const { code, said } = await restore();
    expect([code, await names()], said).toEqual([0, sold()]);
    expect((await world.get(second.name)).spec.entitlementRevision).toBe(2);
  });

  it('leaves alone what was sold after the backup, and counts it', async () => {
    const { client, namespace } = world;
    const stranger = `sub-${randomUUID().replace(/^(.{14})./, '$17')}`;
    const metadata = { name: stranger, namespace, labels: { 'wayleave.dev/source': 'ledger' } };
    const spec = { expiresAt: '2030-01-01T00:00:00Z', panelSelector: {} };
    await world.apply(vpnSubscriptions, {
      apiVersion: 'wayleave.dev/v1alpha1',
      kind: 'VPNSubscription',
      metadata,
      spec,
    } as KubeObject);
    const { code, said } = await restore();
    expect(code, said).toBe(0);
    expect(said).toContain('1 resources were sold after the backup');
    expect(await names()).toEqual([...sold(), stranger].toSorted());
    await client.delete(vpnSubscriptions, namespace, stranger);
  });

  it('does not wait for ever for panels that nobody fills', async () => {
    const { code, said } = await restore('--wait', '--timeout', '4s');
    expect(code).toBe(1);
    expect(said).toContain(`panel ${world.namespace}/nl was not read by any operator yet`);
  });
});
