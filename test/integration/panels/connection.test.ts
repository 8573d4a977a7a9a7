import { afterEach, describe, expect, it } from 'vitest';
import { describeError } from '../../../src/base/errors.ts';
import type { PanelConnection } from '../../../src/panels/driver.ts';
import { createAuthority } from '../../support/certificates.ts';
import {
  codeOf,
  connectionTo,
  customer,
  ensureOne,
  openDriver,
  reading,
  verdict,
  writing,
} from './driver-under-test.ts';
import { loginOf, modelInbounds, startSimulatedPanel } from './panel-under-test.ts';
import {
  startThreeXuiSimulator,
  type SimulatorOptions,
  type ThreeXuiSimulator,
} from '../../support/simulators/3x-ui/index.ts';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

async function start(options: SimulatorOptions): Promise<ThreeXuiSimulator> {
  const simulator = await startThreeXuiSimulator({
    basePath: '/p/',
    password: 'hunter2-hunter2',
    inbounds: modelInbounds(),
    ...options,
  });
  ends.push(() => simulator.stop());
  return simulator;
}

/** The code with which a probe ends, after checking that its message gives nothing away. */
async function probeCode(connection: PanelConnection): Promise<unknown> {
  const driver = openDriver(connection);
  ends.push(() => driver.close());
  const call = driver.probe(reading());
  await call.catch((error: unknown) => {
    for (const secret of Object.values(connection.credentials)) expect(describeError(error)).not.toContain(secret);
  });
  return codeOf(call);
}

describe('a connection to 3x-ui', () => {
  it('over TLS is refused for an unknown certificate, and taken with its authority, for as long as it lasts', async () => {
    const authority = createAuthority('the seller’s own');
    const { certificate, key } = authority.issue({ commonName: 'panel', hosts: ['127.0.0.1'], validDays: 30 });
    for (const version of ['2.9.4', '3.6.0']) {
      const simulator = await start({ version, tls: { cert: certificate, key } });
      const connection = connectionTo(loginOf(simulator));
      expect(await probeCode(connection)).toBe('PANEL_TLS_UNTRUSTED');
      const trusting = openDriver({ ...connection, caBundle: authority.certificate });
      ends.push(() => trusting.close());
      const { certificateUntilMs = 0 } = await trusting.probe(reading());
      const days = (certificateUntilMs - Date.now()) / 86_400_000;
      expect(Math.round(days)).toBe(30);
    }
  });

  it('by name and password is told apart when a second factor is demanded, and a token avoids it', async () => {
    for (const version of ['2.9.4', '3.0.2', '3.6.0']) {
      const simulator = await start({ version, twoFactor: '123456' });
      const { username, password } = simulator.account;
      expect(await probeCode(connectionTo({ url: simulator.url, username, password }))).toBe('PANEL_TWO_FACTOR');
      if (simulator.token !== '') expect(await probeCode(connectionTo(loginOf(simulator)))).toBe('no error');
    }
  });

  it('by name and password works where there are tokens too', async () => {
    for (const version of ['3.0.0', '3.0.2', '3.1.0', '3.6.0']) {
      const simulator = await start({ version });
      const { username, password } = simulator.account;
      const driver = openDriver(connectionTo({ url: simulator.url, username, password }));
      ends.push(() => driver.close());
      const { inbounds } = await driver.probe(reading());
      const desired = customer(inbounds.map(({ tag }) => tag));
      expect(verdict(await ensureOne(driver, desired))).toBe('confirmed');
      simulator.expireSessions();
      expect(verdict(await ensureOne(driver, { ...desired, enabled: false }))).toBe('confirmed');
    }
  });

  it('never hammers a login that was refused', async () => {
    const simulator = await start({ version: '3.6.0' });
    const driver = openDriver(connectionTo({ url: simulator.url, username: 'admin', password: 'wrong' }));
    ends.push(() => driver.close());
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await codeOf(driver.probe(reading()))).toBe('PANEL_CREDENTIALS_REFUSED');
    }
    // The fifth failure within five minutes would lock the seller out of his own panel.
    expect(simulator.requests.count('login')).toBeLessThan(5);
  });

  it('with a token is refused in words of its own where there are no tokens', async () => {
    const simulator = await start({ version: '2.9.4' });
    const token = 'x'.repeat(48);
    expect(await probeCode(connectionTo({ url: simulator.url, token }))).toBe('PANEL_CREDENTIALS_INVALID');
  });

  it('with a wrong or disabled token is refused on every release that has them', async () => {
    for (const version of ['3.0.0', '3.0.2', '3.1.0', '3.6.0']) {
      const simulator = await start({ version });
      const { url } = simulator;
      expect(await probeCode(connectionTo({ url, token: 'x'.repeat(48) }))).toBe('PANEL_CREDENTIALS_REFUSED');
      for (const row of simulator.state.tokens) row.enabled = false;
      expect(await probeCode(connectionTo(loginOf(simulator)))).toBe('PANEL_CREDENTIALS_REFUSED');
    }
  });

  it('with a token that may only look is refused for its scope', async () => {
    const simulator = await start({ version: '3.7.0', tokenScope: 'monitor' });
    expect(await probeCode(connectionTo(loginOf(simulator)))).toBe('PANEL_SCOPE');
  });

  it('to an unknown version reads and never writes', async () => {
    const simulator = await start({ version: '4.1.0' });
    const driver = openDriver(connectionTo(loginOf(simulator)));
    ends.push(() => driver.close());
    const { inbounds, version, writable } = await driver.probe(reading());
    expect({ version, writable }).toEqual({ version: '4.1.0', writable: false });
    expect((await driver.list(reading())).clients.size).toBe(0);
    const desired = customer(inbounds.map(({ tag }) => tag));
    expect(await codeOf(driver.ensure([desired], writing()))).toBe('PANEL_UNSUPPORTED');
    expect(await codeOf(driver.remove([desired], writing()))).toBe('PANEL_UNSUPPORTED');
    expect(simulator.requests.writes()).toEqual([]);
  });

  it('to something that is no panel says so', async () => {
    const panel = await startSimulatedPanel('3.6.0');
    const { simulator, login } = panel;
    ends.push(() => panel.stop());
    simulator.faults.add({ fault: { kind: 'html' } });
    expect(['PANEL_NONSENSE', 'PANEL_WRONG_PATH']).toContain(await probeCode(connectionTo(login)));
  });
});
