import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { annotations, vpnPanels, vpnSubscriptions } from '../../../src/api/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { namespaces, secrets, type Secret } from '../../../src/controllers/kube-resources.ts';
import { addFinalizer, loadKubeClient, removeFinalizer, type KubeClient } from '../../../src/kube/index.ts';
import { startFaultProxy, type FaultProxy } from '../../support/fault-proxy.ts';
import { vpnPanel } from '../../support/manifests.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import {
  createSellingWorld,
  editByHand,
  entitlementOf,
  metric,
  outboxDepth,
  soon,
  type SellingWorld,
} from './support.ts';

const patience = { timeout: 100_000, interval: 250 };
const inAYear = '2099-01-01T00:00:00Z';

describe('the resource of what was paid for', () => {
  let world: SellingWorld;
  beforeEach(async () => {
    world = await createSellingWorld();
  });
  afterEach(() => world.end());

  it('comes back by itself when it is deleted, with the same keys, and nobody is cut off', async () => {
    world.startProjection();
    const bought = await world.buy();
    const first = await world.becomes(bought, 'True/Ready');
    const [client] = clientsOf(world.nl);
    await world.client.delete(vpnSubscriptions, world.namespace, bought.name);
    await vi.waitFor(async () => {
      const uid = (await world.find(bought.name))?.metadata.uid;
      expect([undefined, first.metadata.uid], await world.complaints()).not.toContain(uid);
    }, soon);
    await world.becomes(bought, 'True/Ready');
    expect(clientsOf(world.nl)).toEqual([client]);
    expect(await world.store.query('select from wayleave.revocations')).toEqual([]);
  });

  it.each([
    { what: 'changed', patch: { expiresAt: inAYear } },
    { what: 'removed', patch: { trafficLimit: null } },
    { what: 'added', patch: { deviceLimit: 1 } },
    { what: 'added to the title', patch: { title: { fr: 'Gratuit' } } },
    { what: 'denied', patch: { entitlementAccess: 'Denied' } },
  ])(
    'is put back as it was within seconds when a field is $what by hand, and an Event says how to do it',
    async ({ patch }) => {
      world.startProjection();
      const bought = await world.buy();
      const { spec } = await world.becomes(bought, 'True/Ready');
      await editByHand(world, bought.name, patch);
      await vi.waitFor(async () => {
        expect((await world.get(bought.name)).spec).toEqual(spec);
      }, soon);
      await vi.waitFor(async () => {
        const [note, ...more] = await world.eventsOf(bought.name, 'EntitlementOverridden');
        expect(note).toContain(Object.keys(patch)[0]);
        expect(note).toContain(`wayleave ledger grant ${bought.name}`);
        expect(more).toEqual([]);
      }, soon);
      await world.becomes(bought, 'True/Ready');
      await vi.waitFor(async () => {
        expect(await outboxDepth(world.store)).toBe(0);
      }, soon);
    },
  );

  it('is put back by the comparison alone, where nothing was watched', async () => {
    const first = world.startProjection();
    const [edited, deleted, unmarked, calm] = [
      await world.buy(),
      await world.buy(),
      await world.buy(),
      await world.buy(),
    ];
    for (const bought of [edited, deleted, unmarked, calm]) await world.becomes(bought, 'True/Ready');
    await first.stop();
    await editByHand(world, edited.name, { expiresAt: inAYear });
    await world.client.delete(vpnSubscriptions, world.namespace, deleted.name);
    await world.patch(vpnSubscriptions, unmarked.name, { metadata: { labels: null } });
    const { resourceVersion } = (await world.get(calm.name)).metadata;
    await vi.waitFor(async () => {
      expect(await world.find(deleted.name)).toBeUndefined();
    }, soon);
    const { registry } = world.startProjection();
    await vi.waitFor(async () => {
      expect(await outboxDepth(world.store)).toBe(0);
      expect(await metric(registry, 'wayleave_projection_sweep_last_success_timestamp_seconds')).toBeGreaterThan(0);
      const { expiresAtMs } = await entitlementOf(world.store, edited.subscriptionId);
      expect(Date.parse((await world.get(edited.name)).spec.expiresAt ?? '')).toBe(expiresAtMs);
      expect((await world.get(unmarked.name)).metadata.labels).toBeDefined();
      expect((await world.find(deleted.name))?.metadata.uid).toBeDefined();
    }, soon);
    expect(await metric(registry, 'wayleave_projection_findings_total', { finding: 'edited' })).toBeGreaterThan(0);
    expect(await metric(registry, 'wayleave_projection_findings_total', { finding: 'absent' })).toBe(2);
    expect(await metric(registry, 'wayleave_projection_findings_total', { finding: 'outdated' })).toBe(0);
    expect((await world.get(calm.name)).metadata.resourceVersion).toBe(resourceVersion);
  });

  it('comes back with its namespace, once that and its Secrets are restored', async () => {
    world.startProjection();
    const all = [await world.buy(), await world.buy(), await world.buy()];
    for (const bought of all) await world.becomes(bought, 'True/Ready');
    const clients = clientsOf(world.nl);
    const addresses = await world.store.query('select token_hash from wayleave.subscription_tokens');
    const backup = await Promise.all(
      ['wayleave-token-key', 'nl-credentials'].map((name) => world.client.get<Secret>(secrets, world.namespace, name)),
    );
    const { spec } = await world.panel('nl');
    await world.client.delete(namespaces, undefined, world.namespace);
    await vi.waitFor(async () => {
      expect(await world.client.find(namespaces, undefined, world.namespace)).toBeUndefined();
    }, patience);
    const metadata = { name: world.namespace };
    await world.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
    for (const {
      type,
      data,
      metadata: { name },
    } of backup) {
      const restored = { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: world.namespace }, type, data };
      await world.client.create(secrets, restored);
    }
    await world.apply(vpnPanels, vpnPanel({ name: 'nl', namespace: world.namespace, labels: { tier: 'main' } }, spec));
    await vi.waitFor(async () => {
      for (const { name } of all) expect(stateOf(await world.find(name)), await world.complaints()).toBe('True/Ready');
    }, patience);
    expect(clientsOf(world.nl).map(({ email, uuid }) => ({ email, uuid }))).toEqual(
      clients.map(({ email, uuid }) => ({ email, uuid })),
    );
    expect(await world.store.query('select token_hash from wayleave.subscription_tokens')).toEqual(addresses);
  });

  it('is made anew when it is gone, however long its deletion hangs', async () => {
    world.startProjection();
    const bought = await world.buy();
    const first = await world.becomes(bought, 'True/Ready');
    const held = await addFinalizer(world.client, vpnSubscriptions, first, 'example.com/hold');
    await world.client.delete(vpnSubscriptions, world.namespace, bought.name);
    await world.buy({}, { of: bought });
    await vi.waitFor(async () => {
      const [row] = await world.store.query<{ error: string | null }>(
        'select last_error as error from wayleave.outbox where key = $1',
        [bought.subscriptionId],
      );
      expect(row?.error).toContain('being deleted');
    }, soon);
    await removeFinalizer(world.client, vpnSubscriptions, await world.get(bought.name), 'example.com/hold');
    await vi.waitFor(async () => {
      const now = await world.get(bought.name);
      expect(now.metadata.uid).not.toBe(held.metadata.uid);
      expect(now.spec.entitlementRevision).toBe(2);
    }, soon);
    await world.becomes(bought, 'True/Ready');
  });

  it('outlives a database that was restored from before it, and a revision that somebody wrote by hand', async () => {
    world.startProjection();
    const bought = await world.buy();
    await world.becomes(bought, 'True/Ready');
    await editByHand(world, bought.name, { entitlementRevision: 41, expiresAt: inAYear });
    await vi.waitFor(async () => {
      const { revision, expiresAtMs } = await entitlementOf(world.store, bought.subscriptionId);
      expect(revision).toBe(42);
      const { spec, metadata } = await world.get(bought.name);
      expect(spec).toMatchObject({ entitlementRevision: 42 });
      expect(Date.parse(spec.expiresAt ?? '')).toBe(expiresAtMs);
      expect(metadata.annotations?.[annotations.projected]).toMatch(/^42\//);
    }, soon);
  });

  it('is written once by several replicas, and each of them delivers', async () => {
    const replicas = [world.startProjection(), world.startProjection({ store: await world.shop.openReplica() })];
    const all = await Promise.all(Array.from({ length: 12 }, () => world.buy()));
    for (const bought of all) await world.becomes(bought, 'True/Ready');
    await vi.waitFor(async () => {
      expect(await outboxDepth(world.store)).toBe(0);
    }, soon);
    const applied = await Promise.all(
      replicas.map(({ registry }) => metric(registry, 'wayleave_projections_total', { outcome: 'applied' })),
    );
    expect(applied[0]).toBeGreaterThanOrEqual(0);
    for (const { name } of all) expect((await world.get(name)).spec.entitlementRevision).toBe(1);
    expect(clientsOf(world.nl)).toHaveLength(12);
  });

  it('is delivered after the API server was away', async () => {
    const { proxy, client } = await proxied();
    const { registry } = world.startProjection({ client });
    const before = await world.buy();
    await world.becomes(before, 'True/Ready');
    const heal = proxy.inject({ on: () => true, fault: { kind: 'status', status: 503 }, times: 1_000_000 });
    proxy.cut();
    const bought = await world.buy();
    await vi.waitFor(async () => {
      expect(await metric(registry, 'wayleave_projections_total', { outcome: 'failed' })).toBeGreaterThan(1);
    }, soon);
    expect(await world.find(bought.name)).toBeUndefined();
    heal();
    await world.becomes(bought, 'True/Ready');
    // The watch is there again as well.
    await world.client.delete(vpnSubscriptions, world.namespace, before.name);
    await vi.waitFor(async () => {
      expect((await world.find(before.name))?.metadata.deletionTimestamp).toBeUndefined();
      expect(await world.find(before.name)).toBeDefined();
    }, soon);
  });
});

async function proxied(): Promise<{ readonly proxy: FaultProxy; readonly client: KubeClient }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'wayleave-projection-'));
  const proxy = await startFaultProxy({ kubeconfig: inject('kubeconfig'), directory });
  const client = await loadKubeClient({ kubeconfig: proxy.kubeconfig, log: silentLog, userAgent: 'wayleave-bot' });
  onTestFinished(async () => {
    await client.close();
    await proxy.stop();
    await rm(directory, { recursive: true });
  });
  return { proxy, client };
}
