import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { annotations, vpnPanels, vpnPlans, vpnSubscriptions } from '../../../src/api/index.ts';
import { condition, stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { createWorld, secretResource, type World } from '../../support/world/world.ts';

const soon = { timeout: 25_000, interval: 50 };

describe('a panel', () => {
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

  it('that was wiped is filled anew with the same UUIDs, and says that it was replaced', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice');
    world.startOperator();
    await ready('alice');
    const before = clientsOf(nl)[0]?.uuid;
    await nl.wipe();
    expect(clientsOf(nl)).toHaveLength(0);
    await vi.waitFor(() => {
      expect(clientsOf(nl)[0]?.uuid).toBe(before);
    }, soon);
  });

  it('is repaired where somebody changed or deleted a client of ours, and foreign clients are counted only', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice');
    const { registry } = world.startOperator();
    await ready('alice');
    for (const { settings } of nl.state.inbounds) {
      for (const client of settings.clients ?? []) client.enable = false;
      settings.clients?.push({
        id: '0d5f1e7a-9b2c-4f0e-8d6c-5b4a7a3b1c9e',
        email: `foreign-${String(settings.clients.length)}`,
        enable: true,
      });
    }
    await vi.waitFor(async () => {
      expect(clientsOf(nl)[0]?.enable).toBe(true);
      expect((await world.panel('nl')).status?.clients?.foreign).toBeGreaterThan(0);
    }, soon);
    const panel = `panel="${world.namespace}/nl"`;
    await vi.waitFor(async () => {
      const told = await registry.metrics();
      expect(told).toContain(`wayleave_panel_drift_total{${panel}} 1`);
      expect(told).toContain(`wayleave_panel_drift_repaired_total{${panel}} 1`);
      expect(told).toContain(`wayleave_panel_clients{${panel},kind="managed"} 1`);
      expect(told).toMatch(new RegExp(`wayleave_panel_clients\\{${panel},kind="foreign"\\} [1-9]`));
    }, soon);
  });

  it('in mode Observe is read and never written', async () => {
    const nl = await world.addPanel('nl', { spec: { mode: 'Observe' } });
    await world.addPanel('de');
    await world.subscription('alice');
    world.startOperator();
    await ready('alice');
    expect((await world.get('alice')).status?.delivered).toBe('1/1');
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe('False/Observing');
    }, soon);
    expect(clientsOf(nl)).toHaveLength(0);
    expect(nl.requests.entries.filter(({ method }) => method === 'POST')).toHaveLength(0);
  });

  it('that is cordoned keeps whom it has and takes nobody new', async () => {
    const nl = await world.addPanel('nl');
    await world.addPanel('de');
    await world.subscription('alice');
    world.startOperator();
    await ready('alice');
    await world.patch(vpnPanels, 'nl', { spec: { scheduling: 'Cordoned' } });
    await world.subscription('bob');
    await ready('bob');
    await vi.waitFor(async () => {
      expect((await world.get('bob')).status?.panels?.map(({ name }) => name)).toEqual(['de']);
    }, soon);
    expect(clientsOf(nl)).toHaveLength(1);
  });

  it('that drains loses its clients once they work elsewhere, and not before', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice');
    world.startOperator();
    await ready('alice');
    await world.patch(vpnPanels, 'nl', { spec: { scheduling: 'Draining' } });
    await vi.waitFor(async () => {
      expect((await world.get('alice')).status?.panels?.[0]?.state).toBe('Removing');
    }, soon);
    expect(clientsOf(nl)[0]?.enable).toBe(true);
    const de = await world.addPanel('de');
    await vi.waitFor(() => {
      expect(clientsOf(de)).toHaveLength(1);
      expect(clientsOf(nl)).toHaveLength(0);
    }, soon);
    expect(clientsOf(de)[0]?.enable).toBe(true);
  });

  it('that is registered twice is written through the older resource only', async () => {
    const nl = await world.addPanel('nl');
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe('True/Ready');
    }, soon);
    // Creation times have whole seconds.
    await vi.waitFor(() => {
      expect(new Date().getSeconds()).not.toBe(new Date(Date.now() - 1100).getSeconds());
    }, soon);
    const { spec } = await world.panel('nl');
    await world.apply(vpnPanels, {
      apiVersion: 'wayleave.dev/v1alpha1',
      kind: 'VPNPanel',
      metadata: { name: 'nl-again', namespace: world.namespace, labels: { tier: 'again' } },
      spec: { url: nl.url, credentialsSecretRef: spec.credentialsSecretRef },
    } as never);
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl-again'), 'DuplicatePanel')).toBe('True/DuplicatePanel');
      expect(stateOf(await world.panel('nl'))).toBe('True/Ready');
    }, soon);
    expect(condition(await world.panel('nl-again'), 'Ready')?.message).toContain(`${world.namespace}/nl `);
    await world.subscription('alice', { panelSelector: { matchLabels: { tier: 'again' } } });
    await vi.waitFor(async () => {
      const alice = await world.get('alice');
      expect(stateOf(alice)).toBe('False/NoPanelOpen');
      expect(condition(alice, 'Ready')?.message).toContain('nl-again (DuplicatePanel)');
    }, soon);
  });

  it.each([
    ['a wrong port', { url: 'http://127.0.0.1:1/' }, 'False/Unreachable'],
    ['a Secret that is not there', { credentialsSecretRef: { name: 'nothing' } }, 'False/CredentialsMissing'],
    [
      'an inbound that is not there',
      { inbounds: [{ name: 'x', match: { tag: 'nope' }, endpoints: [{ address: 'a.example', remark: 'A' }] }] },
      'False/InboundMissing',
    ],
  ])('with %s says so in a reason of its own', async (_case, spec, expected) => {
    await world.addPanel('nl', { spec });
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe(expected);
    }, soon);
  });

  it('whose Secret is not of our type is not spoken to', async () => {
    const nl = await world.addPanel('nl', { spec: { credentialsSecretRef: { name: 'other' } } });
    await world.apply(secretResource, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'other', namespace: world.namespace },
      type: 'Opaque',
      stringData: { token: nl.token },
    } as never);
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe('False/CredentialsMissing');
    }, soon);
    expect(nl.requests.entries).toHaveLength(0);
  });

  it('is used with a rotated token without a restart', async () => {
    const nl = await world.addPanel('nl', { spec: { pollIntervalSeconds: 5 } });
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe('True/Ready');
    }, soon);
    const rotated = nl.state.tokens[0];
    if (rotated !== undefined) rotated.token = 'R'.repeat(48);
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe('False/CredentialsRefused');
    }, soon);
    await world.patch(secretResource, 'nl-credentials', { stringData: { token: 'R'.repeat(48) } });
    // A refused credential is not hammered; a change of the resource asks at once.
    await world.patch(vpnPanels, 'nl', { spec: { location: 'Amsterdam' } });
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe('True/Ready');
    }, soon);
  });

  it('is let go when it is deleted: empty first, or at once when it is abandoned', async () => {
    const nl = await world.addPanel('nl');
    const de = await world.addPanel('de');
    await world.subscription('alice');
    world.startOperator();
    await ready('alice');
    await world.client.delete(vpnPanels, world.namespace, 'nl');
    await vi.waitFor(async () => {
      expect(clientsOf(nl)).toHaveLength(0);
      expect(await world.client.find(vpnPanels, world.namespace, 'nl')).toBeUndefined();
    }, soon);
    await de.goOffline();
    await world.client.delete(vpnPanels, world.namespace, 'de');
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('de'))).toBe('False/Deleting');
    }, soon);
    await world.patch(vpnPanels, 'de', { metadata: { annotations: { [annotations.abandon]: 'true' } } });
    await vi.waitFor(async () => {
      expect(await world.client.find(vpnPanels, world.namespace, 'de')).toBeUndefined();
    }, soon);
    expect(clientsOf(de)).toHaveLength(1);
  });

  it('changes nobody when the plan that subscriptions follow is deleted', async () => {
    const nl = await world.addPanel('nl');
    await world.plan('month', { trafficLimit: '100Gi' });
    await world.subscription('alice', { planRef: { name: 'month' }, panelSelector: undefined as never });
    world.startOperator();
    await ready('alice');
    const before = JSON.stringify(clientsOf(nl));
    await world.client.delete(vpnPlans, world.namespace, 'month');
    await vi.waitFor(async () => {
      expect(stateOf(await world.get('alice'))).toBe('False/PlanNotFound');
    }, soon);
    expect(JSON.stringify(clientsOf(nl))).toBe(before);
    await world.patch(vpnSubscriptions, 'alice', { spec: { suspended: true } });
    await vi.waitFor(() => {
      expect(clientsOf(nl)[0]?.enable).toBe(false);
    }, soon);
  });
});
