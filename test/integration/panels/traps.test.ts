import { afterEach, describe, expect, it } from 'vitest';
import type { DesiredClient, PanelDriver } from '../../../src/panels/driver.ts';
import { waitUntil } from '../../support/processes.ts';
import { costMs, type ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';
import { parseVersion } from '../../support/simulators/3x-ui/version.ts';
import {
  connectionTo,
  customer,
  ensureOne,
  openDriver,
  reading,
  removeOne,
  verdict,
  writing,
} from './driver-under-test.ts';
import { startSimulatedPanel, type PanelUnderTest } from './panel-under-test.ts';

const vision = 'xtls-rprx-vision';
const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

type SimulatedPanel = PanelUnderTest & { readonly simulator: ThreeXuiSimulator };

interface Scene {
  readonly panel: SimulatedPanel;
  readonly simulator: ThreeXuiSimulator;
  readonly driver: PanelDriver;
  readonly both: readonly string[];
}

async function scene(version: string, options: Parameters<typeof startSimulatedPanel>[1] = {}): Promise<Scene> {
  const panel = await startSimulatedPanel(version, options);
  const driver = openDriver(connectionTo(panel.login));
  ends.push(
    () => driver.close(),
    () => panel.stop(),
  );
  await driver.probe(reading());
  return { panel, simulator: panel.simulator, driver, both: [panel.reality, panel.ws] };
}

/** Whether a customer with his link would get through both inbounds, or those that are named. */
function admits({ panel, simulator }: Scene, { uuid }: DesiredClient, tags = [panel.reality, panel.ws]): boolean {
  return tags.every((tag) => simulator.model.admits(tag, uuid, tag === panel.reality ? vision : ''));
}

describe('adding a client that exists', () => {
  it('is a success that changes nothing, so the driver updates', async () => {
    const at = await scene('3.6.0');
    const desired = customer(at.both);
    const client = { email: 'twice', id: crypto.randomUUID(), subId: 'twice', expiryTime: 4_000_000_000_000 };
    await at.panel.backdoor.raw.post('panel/api/clients/add', { client, inboundIds: [1] });
    await at.panel.backdoor.raw.post('panel/api/clients/add', {
      client: { ...client, expiryTime: 5 },
      inboundIds: [1],
    });
    expect((await at.panel.backdoor.entries('twice')).get(at.panel.reality)).toHaveProperty(
      'expiryTime',
      client.expiryTime,
    );
    await ensureOne(at.driver, desired);
    const extended = { ...desired, expiresAtMs: desired.expiresAtMs + 86_400_000 };
    expect(verdict(await ensureOne(at.driver, extended))).toBe('confirmed');
    const entries = [...(await at.panel.backdoor.entries(desired.email)).values()];
    expect(entries.every((entry) => Number(entry['expiryTime']) > desired.expiresAtMs + 80_000_000)).toBe(true);
  });

  it('is refused by v3.1.0 and doubled by v3.2.0, so the driver never does it', async () => {
    for (const version of ['3.1.0', '3.2.0']) {
      const at = await scene(version);
      const desired = customer([at.panel.ws]);
      await ensureOne(at.driver, desired);
      await ensureOne(at.driver, { ...desired, quotaBytes: 5_000_000_000 });
      await ensureOne(at.driver, { ...desired, enabled: false });
      expect(at.simulator.requests.count('clients/add') + at.simulator.requests.count('bulkCreate')).toBe(1);
      const copies = at.simulator.state.inbounds.flatMap(({ settings }) => settings.clients ?? []);
      expect(copies.filter(({ email }) => email === desired.email)).toHaveLength(1);
    }
  });

  it('as a disabled one enables it on v3, so the driver disables it afterwards', async () => {
    const at = await scene('3.6.0');
    await at.panel.backdoor.addForeign('disabled', at.panel.ws, { enable: false });
    expect(await at.panel.backdoor.isRunning('disabled')).toBe(true);
    const desired = customer(at.both, { enabled: false });
    expect(verdict(await ensureOne(at.driver, desired))).toBe('confirmed');
    expect(at.simulator.model.admits(at.panel.ws, desired.uuid)).toBe(false);
  });

  it('stays half done when an inbound is missing, and can be asked again', async () => {
    const at = await scene('3.6.0');
    const client = { email: 'half', id: crypto.randomUUID(), subId: 'half' };
    const answer = await at.panel.backdoor.raw.send('POST', 'panel/api/clients/add', { client, inboundIds: [2, 9999] });
    expect(answer.text).toContain('record not found');
    expect([...(await at.panel.backdoor.entries('half')).keys()]).toEqual([at.panel.ws]);
  });
});

describe('an update', () => {
  it('resets what it omits, so the driver sends the whole client', async () => {
    const at = await scene('3.6.0');
    const desired = customer(at.both);
    await ensureOne(at.driver, desired);
    at.simulator.requests.reset();
    await ensureOne(at.driver, { ...desired, quotaBytes: 6_000_000_000 });
    const updates = at.simulator.requests.writes().filter(({ path }) => path.includes('/update/'));
    expect(updates).not.toEqual([]);
    for (const { body } of updates) {
      expect(JSON.parse(body)).toMatchObject({
        id: desired.uuid,
        email: desired.email,
        subId: expect.any(String) as string,
        flow: vision,
        enable: true,
        expiryTime: expect.any(Number) as number,
        totalGB: expect.any(Number) as number,
        limitIp: expect.any(Number) as number,
        comment: expect.stringContaining(desired.subscriptionId) as string,
      });
    }
    // All but the mark, without which the client would no longer be ours to mend.
    const [entry] = (await at.panel.backdoor.entries(desired.email)).values();
    const { email, comment } = entry ?? {};
    await at.panel.backdoor.raw.post(`panel/api/clients/update/${desired.email}`, { email, comment });
    expect(at.simulator.model.admits(at.panel.ws, desired.uuid)).toBe(false);
    expect(verdict(await ensureOne(at.driver, desired))).toBe('confirmed');
    expect(admits(at, desired)).toBe(true);
  });

  it('mints a new uuid on v3.1.0 when it omits the id', async () => {
    const at = await scene('3.1.0');
    const desired = customer([at.panel.ws]);
    await ensureOne(at.driver, desired);
    const [entry] = (await at.panel.backdoor.entries(desired.email)).values();
    const { id: _id, ...rest } = entry ?? {};
    await at.panel.backdoor.raw.post(`panel/api/clients/update/${desired.email}`, rest);
    expect(admits(at, desired, [at.panel.ws])).toBe(false);
    expect(verdict(await ensureOne(at.driver, desired))).toBe('confirmed');
    expect(admits(at, desired, [at.panel.ws])).toBe(true);
  });

  it('of a whole inbound deletes whoever was added since, so the driver never sends one', async () => {
    const at = await scene('3.6.0');
    const stale = at.simulator.state.inbounds.find(({ tag }) => tag === at.panel.ws);
    const body = JSON.stringify(stale);
    const desired = customer(at.both);
    for (const change of [{}, { enabled: false }, { enabled: true, inbounds: [at.panel.ws] }]) {
      await ensureOne(at.driver, { ...desired, ...change });
    }
    expect(at.simulator.requests.count('inbounds/update')).toBe(0);
    await at.panel.backdoor.raw.post(`panel/api/inbounds/update/${stale?.id}`, JSON.parse(body));
    expect(at.simulator.model.admits(at.panel.ws, desired.uuid)).toBe(false);
    expect(verdict(await ensureOne(at.driver, desired))).toBe('confirmed');
    expect(admits(at, desired)).toBe(true);
  });
});

describe('the flow of a client', () => {
  it('is lost by attaching, and the driver gives it back', async () => {
    const at = await scene('3.6.0');
    const desired = customer([at.panel.ws]);
    await ensureOne(at.driver, desired);
    await at.panel.backdoor.attach(desired.email, at.panel.ws, at.panel.reality);
    expect(at.simulator.model.admits(at.panel.reality, desired.uuid, vision)).toBe(false);
    const wider = { ...desired, inbounds: at.both.toSorted() };
    expect(verdict(await ensureOne(at.driver, wider))).toBe('confirmed');
    expect(admits(at, wider)).toBe(true);
  });

  it('is lost by resetting the traffic of a disabled client, and the driver sees it', async () => {
    const at = await scene('3.6.0');
    const desired = customer(at.both);
    await ensureOne(at.driver, desired);
    await at.panel.backdoor.raw.post('panel/api/clients/bulkDisable', { emails: [desired.email] });
    await at.panel.backdoor.raw.post(`panel/api/clients/resetTraffic/${desired.email}`);
    expect(admits(at, desired)).toBe(false);
    const seen = (await at.driver.list(reading())).clients.get(desired.email);
    expect(seen?.fingerprint).not.toBe(at.driver.fingerprint(desired));
    expect(verdict(await ensureOne(at.driver, desired))).toBe('confirmed');
    expect(admits(at, desired)).toBe(true);
  });

  it('is written to every inbound by releases below v3.2.5, and the driver keeps it where it belongs', async () => {
    for (const version of ['3.1.0', '3.2.0', '3.2.4']) {
      const at = await scene(version);
      const desired = customer(at.both);
      expect(verdict(await ensureOne(at.driver, desired))).toBe('confirmed');
      expect(admits(at, desired)).toBe(true);
      const cheaper = { ...desired, quotaBytes: 5_000_000_000 };
      expect(verdict(await ensureOne(at.driver, cheaper))).toBe('confirmed');
      expect(admits(at, desired)).toBe(true);
    }
  });
});

describe('two e-mails with one uuid', () => {
  it('cut each other when one is deleted, while the panel says that all is well', async () => {
    const at = await scene('3.6.0');
    const id = crypto.randomUUID();
    for (const email of ['first', 'second']) {
      await at.panel.backdoor.raw.post('panel/api/clients/add', {
        client: { email, id, subId: email },
        inboundIds: [2],
      });
    }
    await at.panel.backdoor.delete('first');
    expect(at.simulator.model.admits(at.panel.ws, id)).toBe(false);
    expect(await at.panel.backdoor.isRunning('second')).toBe(true);
  });

  it('come from an upgrade of v2, and the driver makes them one without losing access', async () => {
    const at = await scene('2.9.4');
    const customers = Array.from({ length: 4 }, () => customer(at.both));
    expect(new Set((await at.driver.ensure(customers, writing())).map(verdict))).toEqual(new Set(['confirmed']));
    await at.simulator.upgradeTo('3.6.0');
    const own = new Set(customers.map(({ uuid }) => uuid));
    const records = (): number => at.simulator.state.clients.filter(({ uuid }) => own.has(uuid)).length;
    expect(records()).toBe(customers.length * 2);
    await at.driver.probe(reading());
    expect(new Set((await at.driver.ensure(customers, writing())).map(verdict))).toEqual(new Set(['confirmed']));
    expect(records()).toBe(customers.length);
    expect(customers.map((desired) => admits(at, desired))).toEqual(customers.map(() => true));
    for (const desired of customers) expect(verdict(await removeOne(at.driver, desired))).toBe('absent');
    expect(records()).toBe(0);
  });

  it('are adopted too when nobody noticed the upgrade, and by a driver that starts afterwards', async () => {
    const at = await scene('2.9.4');
    const [running, restarted] = [customer(at.both), customer(at.both)];
    await at.driver.ensure([running, restarted], writing());
    await at.simulator.upgradeTo('3.6.0');
    expect(verdict(await ensureOne(at.driver, { ...running, enabled: false }))).toBe('confirmed');
    expect(at.simulator.model.admits(at.panel.ws, running.uuid)).toBe(false);
    const { url, token } = at.simulator;
    const fresh = openDriver(connectionTo({ url, token }));
    ends.push(() => fresh.close());
    await fresh.probe(reading());
    expect(verdict(await ensureOne(fresh, restarted))).toBe('confirmed');
    expect(admits(at, restarted)).toBe(true);
  });
});

describe('a client id that is no uuid', () => {
  it('is taken by the panel and kills Xray at its next start, so the driver refuses it', async () => {
    const at = await scene('3.6.0');
    const honest = customer(at.both);
    await ensureOne(at.driver, honest);
    const id = 'no-uuid-and-longer-than-thirty-bytes';
    at.simulator.requests.reset();
    expect(verdict(await ensureOne(at.driver, customer(at.both, { uuid: id })))).toBe('PANEL_CLIENT_INVALID');
    expect(at.simulator.requests.writes()).toEqual([]);
    await at.panel.backdoor.addForeign('bomb', at.panel.ws, { id });
    expect(admits(at, honest)).toBe(true);
    await at.panel.backdoor.raw.post('panel/api/server/restartXrayService');
    expect(admits(at, honest)).toBe(false);
    await waitUntil('the panel notices', async () => (await at.driver.probe(reading())).core.state === 'error');
    expect((await at.driver.probe(reading())).core.message).toContain('invalid UUID');
    await at.panel.backdoor.delete('bomb');
    await waitUntil('the crash watch', () => admits(at, honest));
  });
});

describe('parallel writes', () => {
  for (const version of ['2.8.3', '2.9.4', '3.0.2']) {
    it(`lose clients silently on v${version}, so the driver writes one thing at a time`, async () => {
      const at = await scene(version);
      const names = Array.from({ length: 12 }, (_, index) => `crowd-${index}`);
      const path = 'panel/api/inbounds/addClient';
      const answers = await Promise.all(
        names.map((email) => {
          const settings = JSON.stringify({ clients: [{ id: crypto.randomUUID(), email, enable: true }] });
          return at.panel.backdoor.raw.send('POST', path, { id: 2, settings });
        }),
      );
      const held = (await at.panel.backdoor.inbounds()).flatMap(({ clients }) =>
        clients.map((entry) => entry['email']),
      );
      expect(names.filter((name) => held.includes(name)).length).toBeLessThan(names.length);
      if (version === '3.0.2') expect(answers.every(({ status }) => status === 200)).toBe(true);
      at.simulator.requests.reset();
      const customers = Array.from({ length: 12 }, () => customer(at.both));
      const results = await at.driver.ensure(customers, writing());
      expect(new Set(results.map(verdict))).toEqual(new Set(['confirmed']));
      expect(at.simulator.requests.peakParallelWrites).toBe(1);
    });
  }

  it('are safe from v3.1.0 on', async () => {
    const at = await scene('3.1.0');
    const names = Array.from({ length: 12 }, (_, index) => `crowd-${index}`);
    await Promise.all(names.map((email) => at.panel.backdoor.addForeign(email, at.panel.ws)));
    const held = (await at.panel.backdoor.inbounds()).flatMap(({ clients }) => clients.map((entry) => entry['email']));
    expect(names.filter((name) => !held.includes(name))).toEqual([]);
  });
});

describe('the cost of a write', () => {
  it('grows with the inbound as it does on a real panel', () => {
    const modern = parseVersion('3.6.0');
    const legacy = parseVersion('2.9.4');
    const add = (clients: number): number => costMs({ kind: 'add', clients: [clients] }, modern);
    expect([add(100), add(1000), add(5000)].map(Math.round)).toEqual([10, 56, 260]);
    expect(Math.round(costMs({ kind: 'add', clients: [5000] }, legacy))).toBe(110);
    // 250 in bulk cost about as much as two single ones.
    expect(costMs({ kind: 'bulk', items: 250, clients: [5000] }, modern)).toBeLessThan(2.1 * add(5000));
  });

  it('makes the driver use the bulk calls for mass work', async () => {
    const at = await scene('3.6.0', { cost: 'real' });
    const customers = Array.from({ length: 100 }, () => customer(at.both));
    const results = await at.driver.ensure(customers, writing());
    expect(new Set(results.map(verdict))).toEqual(new Set(['confirmed']));
    expect(at.simulator.requests.writes().length).toBeLessThanOrEqual(3);
    expect(at.simulator.requests.count('clients/get')).toBe(0);
  });
});

describe("a panel's own limits", () => {
  it('drop everybody below v3.1.0, so the driver leaves them behind its own', async () => {
    const at = await scene('2.9.4');
    const desired = customer(at.both, { expiresAtMs: Math.floor(Date.now() / 1000) * 1000 - 60_000 });
    await ensureOne(at.driver, desired);
    const { starts } = at.simulator.model;
    await at.simulator.poll();
    expect(at.simulator.model.starts).toBe(starts);
    await at.panel.backdoor.edit(desired.email, { expiryTime: 1 });
    await at.simulator.poll();
    expect(at.simulator.model.starts).toBeGreaterThan(starts);
  });

  it("follow the panel's own clock where they are harmless", async () => {
    const at = await scene('3.6.0');
    at.simulator.skewClock(3_600_000);
    const { clockSkewMs } = await at.driver.probe(reading());
    expect(Math.abs(clockSkewMs - 3_600_000)).toBeLessThan(3000);
    const desired = customer(at.both);
    await ensureOne(at.driver, desired);
    const [entry] = (await at.panel.backdoor.entries(desired.email)).values();
    expect(Math.abs(Number(entry?.['expiryTime']) - desired.expiresAtMs - 3_600_000)).toBeLessThan(5000);
    expect(await ensureOne(at.driver, desired)).toMatchObject({ outcome: 'confirmed', changed: false });
  });

  it('count from first use when they are negative, which is no drift of ours to suffer', async () => {
    const at = await scene('3.6.0');
    await at.panel.backdoor.addForeign('trial', at.panel.ws, { expiryTime: -3_600_000 });
    at.simulator.model.carry('trial', { up: 10, down: 20 });
    await at.simulator.poll();
    const [entry] = (await at.panel.backdoor.entries('trial')).values();
    expect(Math.abs(Number(entry?.['expiryTime']) - Date.now() - 3_600_000)).toBeLessThan(60_000);
  });
});

describe('a panel that is not what it was', () => {
  it('has another identity after a reinstallation, and is filled again with the same uuids', async () => {
    const at = await scene('3.6.0');
    const desired = customer(at.both);
    await ensureOne(at.driver, desired);
    const before = (await at.driver.probe(reading())).identity;
    await at.simulator.wipe();
    expect((await at.driver.probe(reading())).identity).not.toBe(before);
    expect((await at.driver.list(reading())).clients.size).toBe(0);
    expect(verdict(await ensureOne(at.driver, desired))).toBe('confirmed');
    expect(admits(at, desired)).toBe(true);
  });

  it('is not another one because its first client is ours', async () => {
    const at = await scene('2.9.4');
    const { identity } = await at.driver.probe(reading());
    for (const uuid of [crypto.randomUUID(), crypto.randomUUID()]) {
      await ensureOne(at.driver, { ...customer(at.both), uuid });
      expect((await at.driver.probe(reading())).identity).toBe(identity);
    }
  });

  it('says that its Xray is stopped, and goes on taking clients', async () => {
    for (const version of ['2.9.4', '3.6.0']) {
      const at = await scene(version);
      await at.simulator.stopXray();
      expect((await at.driver.probe(reading())).core.state).toBe('stopped');
      const desired = customer(at.both);
      expect(verdict(await ensureOne(at.driver, desired))).toBe('confirmed');
      await at.driver.restartCore(writing());
      expect(admits(at, desired)).toBe(true);
    }
  });

  it('knows nothing of its own state when it has just started, and is probed all the same', async () => {
    const panel = await startSimulatedPanel('3.6.0', { statusWarmUp: true });
    const driver = openDriver(connectionTo(panel.login));
    ends.push(
      () => driver.close(),
      () => panel.stop(),
    );
    expect(await driver.probe(reading())).toMatchObject({ version: '3.6.0', writable: true });
  });

  it('comes back at the same address, and is the same', async () => {
    const at = await scene('3.6.0');
    const desired = customer(at.both);
    await ensureOne(at.driver, desired);
    await at.simulator.goOffline();
    await expect(at.driver.list(reading())).rejects.toHaveProperty('code', 'PANEL_UNREACHABLE');
    await at.simulator.goOnline();
    expect((await at.driver.list(reading())).clients.get(desired.email)?.fingerprint).toBe(
      at.driver.fingerprint(desired),
    );
  });
});
