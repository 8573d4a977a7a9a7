import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vpnPanels } from '../../../src/api/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { interposedClient } from '../../support/world/interposed.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { serversOf } from '../../support/world/served.ts';
import { createWorld, type World } from '../../support/world/world.ts';

const soon = { timeout: 40_000, interval: 100 };

describe('a mistake about a panel', () => {
  let world: World;
  beforeEach(async () => {
    world = await createWorld();
  });
  afterEach(() => world.end());

  async function panelIs(name: string, state: string): Promise<void> {
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel(name))).toBe(state);
    }, soon);
  }

  async function ready(name: string): Promise<void> {
    await vi.waitFor(async () => {
      expect(stateOf(await world.get(name))).toBe('True/Ready');
    }, soon);
  }

  it('is over when it is taken back: a port that cannot be', async () => {
    const nl = await world.addPanel('nl');
    world.startOperator();
    await panelIs('nl', 'True/Ready');
    await world.patch(vpnPanels, 'nl', { spec: { url: 'http://127.0.0.1:99999/' } });
    await panelIs('nl', 'False/Unreachable');
    await world.patch(vpnPanels, 'nl', { spec: { url: nl.url } });
    await panelIs('nl', 'True/Ready');
    await world.subscription('alice');
    await ready('alice');
    expect(clientsOf(nl)).toHaveLength(1);
  });

  it('is told: a certificate that is none', async () => {
    await world.addPanel('nl', {
      spec: {
        caBundle: '-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n',
        url: 'https://127.0.0.1:1/',
      },
    });
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toMatch(/^False\//);
    }, soon);
  });

  it('is mended by deleting the second resource of a panel: it goes at once and takes nobody along', async () => {
    const nl = await world.addPanel('nl');
    await world.subscription('alice');
    const first = world.startOperator();
    await ready('alice');
    await first.stop();
    // The younger one has written before it was known to be the second.
    const { spec } = await world.panel('nl');
    await world.apply(vpnPanels, {
      apiVersion: 'wayleave.dev/v1alpha1',
      kind: 'VPNPanel',
      metadata: { name: 'nl-again', namespace: world.namespace, labels: { tier: 'main' } },
      spec: { url: nl.url, credentialsSecretRef: spec.credentialsSecretRef, pollIntervalSeconds: 5 },
    } as never);
    await world.store.query(
      `insert into wayleave.panels (id, namespace, name) values ('0190aaaa-0000-7000-8000-00000000000a', $1, 'nl-again')`,
      [world.namespace],
    );
    await world.store.query(
      `insert into wayleave.panel_clients (panel_id, subscription_id, generation, email, inbounds, fingerprint, enabled)
       select '0190aaaa-0000-7000-8000-00000000000a', subscription_id, generation, email, inbounds, fingerprint, enabled
       from wayleave.panel_clients`,
    );
    world.startOperator();
    await panelIs('nl-again', 'False/DuplicatePanel');
    await world.client.delete(vpnPanels, world.namespace, 'nl-again');
    await vi.waitFor(async () => {
      expect(await world.client.find(vpnPanels, world.namespace, 'nl-again')).toBeUndefined();
    }, soon);
    await ready('alice');
    expect((await world.get('alice')).status?.delivered).toBe('1/1');
    expect(clientsOf(nl)[0]?.enable).toBe(true);
    expect(await serversOf(world, 'alice')).toBe(2);
  });

  it.each([
    ['refuses every change with nonsense', { kind: 'html' }],
    ['answers every change with an error', { kind: 'status', status: 500 }],
  ] as const)('of a panel that can be read and %s does not make statuses flap', async (_name, fault) => {
    const nl = await world.addPanel('nl', { spec: { pollIntervalSeconds: 5 } });
    nl.faults.add({ fault, method: 'POST' });
    const names = Array.from({ length: 5 }, (_, at) => `customer-${String(at)}`);
    await Promise.all(names.map((name) => world.subscription(name)));
    let statusWrites = 0;
    const client = interposedClient(world.client, (call, what) => {
      if (what.startsWith('applyStatus')) statusWrites += 1;
      return call();
    });
    world.startOperator({ client });
    const attempts = async (count: number): Promise<void> => {
      nl.requests.reset();
      await vi.waitFor(() => {
        expect(nl.requests.writes().length).toBeGreaterThanOrEqual(count);
      }, soon);
    };
    await attempts(10);
    // What they show first takes its time; from then on nothing changes any more.
    await vi.waitFor(async () => {
      for (const name of names) expect(stateOf(await world.get(name))).toBe('False/Provisioning');
      statusWrites = 0;
      await attempts(4);
      // A probe that succeeds in between must not turn everything to Ready and back.
      expect(statusWrites).toBe(0);
    }, soon);
  });
});
