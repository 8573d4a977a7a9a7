import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { annotations, vpnPanels, vpnSubscriptions } from '../../../src/api/index.ts';
import { findByToken, hashToken, parseTokenKeys, tokenOf, findSubscriptionsByName } from '../../../src/store/index.ts';
import { condition, stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { createWorld, secretResource, type World } from '../../support/world/world.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';

const soon = { timeout: 30_000, interval: 100 };
const many = 30;
const names = Array.from({ length: many }, (_, at) => `customer-${String(at)}`);

describe('what looks like an accident', () => {
  let world: World;
  let nl: ThreeXuiSimulator;
  beforeEach(async () => {
    world = await createWorld();
    nl = await world.addPanel('nl');
    await Promise.all(names.map((name) => world.subscription(name)));
  });
  afterEach(() => world.end());

  async function allProvisioned(): Promise<void> {
    await vi.waitFor(async () => {
      const all = await Promise.all(names.map((name) => world.get(name)));
      expect(all.filter((one) => stateOf(one) !== 'True/Ready')).toEqual([]);
    }, soon);
    expect(clientsOf(nl)).toHaveLength(many);
  }

  async function addressState(name: string): Promise<string> {
    const keys = await world.client.get<{ data: Record<string, string> }>(
      secretResource,
      world.namespace,
      'wayleave-token-key',
    );
    const [record] = await findSubscriptionsByName(world.store, [{ namespace: world.namespace, name }]);
    if (record?.token === undefined) return 'no address';
    const token = tokenOf(parseTokenKeys(keys.data), record.id, record.token);
    return (await findByToken(world.store, hashToken(token)))?.token.state ?? 'unknown';
  }

  it('is held: deleting everybody at once cuts nobody off until a person allows it', async () => {
    world.startOperator();
    await allProvisioned();
    await Promise.all(names.map((name) => world.client.delete(vpnSubscriptions, world.namespace, name)));
    await vi.waitFor(async () => {
      const panel = await world.panel('nl');
      expect(stateOf(panel, 'RevocationsHeld')).toBe('True/TooManyRevocations');
      expect(panel.status?.clients?.revokePending).toBe(many);
    }, soon);
    // The resources go at once; access and addresses stay.
    await vi.waitFor(async () => {
      expect(await Promise.all(names.map((name) => world.find(name)))).toEqual(names.map(() => undefined));
    }, soon);
    expect(clientsOf(nl).filter(({ enable }) => enable)).toHaveLength(many);
    expect(await addressState('customer-0')).toBe('active');
    expect(condition(await world.panel('nl'), 'RevocationsHeld')?.message).toContain('annotate vpanel nl');

    await world.patch(vpnPanels, 'nl', {
      metadata: { annotations: { [annotations.allowRevocations]: new Date().toISOString() } },
    });
    await vi.waitFor(() => {
      expect(clientsOf(nl)).toHaveLength(0);
    }, soon);
    expect(await addressState('customer-0')).toBe('revoked');
  });

  it('is undone by bringing the subscriptions back, across a restart of the operator', async () => {
    const first = world.startOperator();
    await allProvisioned();
    const before = clientsOf(nl)
      .map(({ uuid }) => uuid)
      .toSorted();
    await Promise.all(names.map((name) => world.client.delete(vpnSubscriptions, world.namespace, name)));
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'), 'RevocationsHeld')).toBe('True/TooManyRevocations');
      expect(await Promise.all(names.map((name) => world.find(name)))).toEqual(names.map(() => undefined));
    }, soon);
    await first.stop();
    world.startOperator();
    await Promise.all(names.map((name) => world.subscription(name)));
    await vi.waitFor(async () => {
      const panel = await world.panel('nl');
      expect(stateOf(panel, 'RevocationsHeld')).toBe('False/NoRevocationsHeld');
      expect(panel.status?.clients).toMatchObject({ revokePending: 0, unclaimed: 0, managed: many });
    }, soon);
    await allProvisioned();
    expect(
      clientsOf(nl)
        .map(({ uuid }) => uuid)
        .toSorted(),
    ).toEqual(before);
  });

  it('is reported: an operator that finds no resources removes nobody', async () => {
    const first = world.startOperator();
    await allProvisioned();
    await first.stop();
    // The cluster loses the resources without our finalizers having had a say.
    await Promise.all(
      names.map(async (name) => {
        await world.patch(vpnSubscriptions, name, { metadata: { finalizers: null } });
        await world.client.delete(vpnSubscriptions, world.namespace, name);
      }),
    );
    world.startOperator();
    await vi.waitFor(async () => {
      expect((await world.panel('nl')).status?.clients).toMatchObject({ unclaimed: many, revokePending: 0 });
    }, soon);
    expect(clientsOf(nl).filter(({ enable }) => enable)).toHaveLength(many);
    expect(await addressState('customer-0')).toBe('active');
  });

  it('does not stand in the way of a few deletions, also while the panel is dead', async () => {
    world.startOperator();
    await allProvisioned();
    await nl.goOffline();
    for (const name of names.slice(0, 3)) await world.client.delete(vpnSubscriptions, world.namespace, name);
    // The finalizer does not wait for the dead panel, and the address dies at once.
    await vi.waitFor(async () => {
      expect(await world.find('customer-0')).toBeUndefined();
      expect(await addressState('customer-0')).toBe('revoked');
    }, soon);
    expect(clientsOf(nl)).toHaveLength(many);
    await nl.goOnline();
    await vi.waitFor(async () => {
      expect(clientsOf(nl)).toHaveLength(many - 3);
      expect((await world.panel('nl')).status?.clients?.revokePending).toBe(0);
    }, soon);
  });
});
