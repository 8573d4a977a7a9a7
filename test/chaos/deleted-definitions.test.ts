import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { CONTROL_PLANE_TOOLS, ensureTools } from '../support/toolchain.ts';
import { stateOf } from '../support/world/conditions.ts';
import { clientsOf } from '../support/world/panel-view.ts';
import { createWorld, type World } from '../support/world/world.ts';

const soon = { timeout: 60_000, interval: 100 };
const names = Array.from({ length: 30 }, (_, at) => `customer-${String(at)}`);
const definition = path.resolve(import.meta.dirname, '../../crds/vpnsubscriptions.wayleave.dev.yaml');
const definitionPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/vpnsubscriptions.wayleave.dev';

let folder: string;
let plane: ControlPlane;
let world: World;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wayleave-definitions-'));
  const binaries = await ensureTools(CONTROL_PLANE_TOOLS, () => undefined);
  plane = await startControlPlane({ binaries, directory: folder });
  await plane.applyCrds([
    definition,
    definition.replace('vpnsubscriptions', 'vpnpanels'),
    definition.replace('vpnsubscriptions', 'vpnplans'),
  ]);
  world = await createWorld({ kubeconfig: plane.kubeconfig });
});

afterAll(async () => {
  await world?.end();
  await plane?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('deleting the definition of subscriptions, and all of them with it, cuts nobody off; bringing them back heals', async () => {
  const nl = await world.addPanel('nl');
  world.startOperator();
  await Promise.all(names.map((name) => world.subscription(name)));
  await vi.waitFor(async () => {
    const all = await Promise.all(names.map((name) => world.get(name)));
    expect(all.filter((one) => stateOf(one) !== 'True/Ready')).toEqual([]);
  }, soon);
  const before = clientsOf(nl);

  expect((await world.client.raw('DELETE', definitionPath)).status).toBe(200);
  // Our finalizers let every object go, and with the last one the definition is gone.
  await vi.waitFor(async () => {
    expect((await world.client.raw('GET', definitionPath)).status).toBe(404);
  }, soon);
  await vi.waitFor(async () => {
    expect(stateOf(await world.panel('nl'), 'RevocationsHeld')).toBe('True/TooManyRevocations');
  }, soon);
  expect(clientsOf(nl)).toEqual(before);

  await plane.applyCrds([definition]);
  await Promise.all(names.map((name) => world.subscription(name)));
  await vi.waitFor(async () => {
    const all = await Promise.all(names.map((name) => world.get(name)));
    expect(all.filter((one) => stateOf(one) !== 'True/Ready')).toEqual([]);
    expect(stateOf(await world.panel('nl'), 'RevocationsHeld')).toBe('False/NoRevocationsHeld');
  }, soon);
  expect(clientsOf(nl).map(({ uuid }) => uuid)).toEqual(before.map(({ uuid }) => uuid));
});
