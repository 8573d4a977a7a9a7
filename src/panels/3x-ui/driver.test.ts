import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { startThreeXuiSimulator, type ThreeXuiSimulator } from '../../../test/support/simulators/3x-ui/index.ts';
import type { DesiredClient, PanelDriver } from '../driver.ts';
import { openThreeXui } from './driver.ts';

/* What no contract shows: how the driver gets there. The contract suite is in test/integration/panels. */

const options = { signal: new AbortController().signal, gate: { admit: () => undefined } };
const installationId = randomUUID();
const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  for (const part of running.splice(0)) await part.stop();
});

async function open(
  version: string,
): Promise<{ panel: ThreeXuiSimulator; driver: PanelDriver; tags: readonly string[] }> {
  const stream = { network: 'ws', security: 'none', wsSettings: { path: '/ws' } };
  const inbounds = [24_001, 24_002].map((port) => ({ port, remark: `ws ${port}`, streamSettings: stream }));
  const panel = await startThreeXuiSimulator({ version, inbounds });
  const { username, password } = panel.account;
  const credentials = panel.token === '' ? { username, password } : { token: panel.token };
  const connection = { name: 'shop/nl', url: panel.url, credentials, installationId };
  const driver = openThreeXui(connection, { clock: systemClock, random: Math.random, log: silentLog });
  running.push({ stop: () => driver.close() }, panel);
  const { inbounds: found } = await driver.probe(options);
  panel.requests.reset();
  return { panel, driver, tags: found.map(({ tag }) => tag) };
}

function customer(inbounds: readonly string[], changes: Partial<DesiredClient> = {}): DesiredClient {
  return {
    subscriptionId: randomUUID(),
    email: `wl-${randomUUID().slice(0, 8)}`,
    uuid: randomUUID(),
    enabled: true,
    expiresAtMs: 1_900_000_000_000,
    quotaBytes: 0,
    inbounds,
    ...changes,
  };
}

const outcomes = (results: readonly { readonly outcome: string }[]): readonly string[] =>
  results.map(({ outcome }) => outcome);
const emails = (panel: ThreeXuiSimulator): readonly string[] =>
  panel.state.inbounds.flatMap(({ settings }) => (settings.clients ?? []).map(({ email = '' }) => email));

describe.each(['2.3.0', '2.9.4', '3.0.2'])('the last client of an inbound (v%s)', (version) => {
  it('leaves behind a placeholder, which is switched off, nobody’s, and only made once', async () => {
    const { panel, driver, tags } = await open(version);
    for (let times = 0; times < 2; times += 1) {
      const desired = customer(tags);
      expect(outcomes(await driver.ensure([desired], options))).toEqual(['confirmed']);
      expect(outcomes(await driver.remove([desired], options))).toEqual(['absent']);
    }
    const left = panel.state.inbounds.flatMap(({ settings }) => settings.clients ?? []);
    expect(left.map(({ email, enable }) => [email?.replace(/-[0-9a-f]{8}-/, '-'), enable])).toEqual([
      ['wl-placeholder-in1', false],
      ['wl-placeholder-in2', false],
    ]);
    const { clients, foreign } = await driver.list(options);
    expect([clients.size, foreign]).toEqual([0, 0]);
  });

  it('needs none while somebody else is there', async () => {
    const { panel, driver, tags } = await open(version);
    for (const { settings } of panel.state.inbounds)
      settings.clients = [{ id: randomUUID(), email: `vip-${randomUUID()}`, enable: true }];
    const desired = customer(tags);
    await driver.ensure([desired], options);
    expect(outcomes(await driver.remove([desired], options))).toEqual(['absent']);
    expect(emails(panel).filter((email) => email.startsWith('wl-'))).toEqual([]);
  });
});

describe('a client that is on no inbound', () => {
  const detach = async (panel: ThreeXuiSimulator, driver: PanelDriver, desired: DesiredClient): Promise<void> => {
    await driver.ensure([desired], options);
    for (const inbound of panel.state.inbounds) inbound.settings.clients = [];
    panel.state.links = [];
    expect((await driver.list(options)).clients.size).toBe(0);
  };

  it('is put back on its inbounds with everything that it must have', async () => {
    const { panel, driver, tags } = await open('3.6.0');
    const desired = customer(tags);
    await detach(panel, driver, desired);
    const wanted = { ...desired, uuid: randomUUID(), quotaBytes: 5_000_000_000 };
    expect(outcomes(await driver.ensure([wanted], options))).toEqual(['confirmed']);
    expect(panel.state.clients).toHaveLength(1);
    expect((await driver.list(options)).clients.get(desired.email)?.fingerprint).toBe(driver.fingerprint(wanted));
  });

  it('is removed all the same, but only when it is ours', async () => {
    const { panel, driver, tags } = await open('3.6.0');
    const [ours, foreign] = [customer(tags), customer(tags)];
    await detach(panel, driver, foreign);
    for (const record of panel.state.clients) record.comment = 'vip';
    await driver.ensure([ours], options);
    for (const inbound of panel.state.inbounds) inbound.settings.clients = [];
    panel.state.links = [];
    const results = await driver.remove([ours, foreign], options);
    expect(outcomes(results)).toEqual(['absent', 'failed']);
    expect(results[1]).toMatchObject({ error: { code: 'PANEL_OWNERSHIP_CONFLICT' } });
    expect(panel.state.clients.map(({ email }) => email)).toEqual([foreign.email]);
  });
});

describe('mass work', () => {
  it('reads the panel once between batches, not twice, and the next single change reads it anew', async () => {
    const { panel, driver, tags } = await open('3.6.0');
    const readings = (): number => panel.requests.count('inbounds/list');
    const batches = [0, 1, 2].map(() => Array.from({ length: 60 }, () => customer(tags)));
    for (const batch of batches)
      expect(new Set(outcomes(await driver.ensure(batch, options)))).toEqual(new Set(['confirmed']));
    expect(readings()).toBe(1 + batches.length);
    const [first] = batches[0] ?? [];
    if (first === undefined) throw new Error('a batch has customers');
    for (const { settings } of panel.state.inbounds)
      for (const entry of settings.clients ?? []) if (entry.email === first.email) entry.enable = false;
    expect(await driver.ensure([first], options)).toMatchObject([{ outcome: 'confirmed', changed: true }]);
  });

  it('adds many to an inbound in one call where there is no other bulk call', async () => {
    const { panel, driver, tags } = await open('2.9.4');
    await driver.ensure(
      Array.from({ length: 80 }, () => customer(tags)),
      options,
    );
    expect(panel.requests.writes().length).toBe(tags.length);
  });
});

describe('a panel that stops answering in the middle', () => {
  it('is left alone after two writes without an answer, until it is read again', async () => {
    const { panel, driver, tags } = await open('3.1.0');
    const batch = Array.from({ length: 10 }, () => customer(tags.slice(0, 1)));
    panel.faults.add({ fault: { kind: 'status', status: 500 }, method: 'POST', route: 'clients/' });
    const results = await driver.ensure(batch, options);
    expect(results.every((result) => result.outcome === 'failed' && result.error.code === 'PANEL_UNCERTAIN')).toBe(
      true,
    );
    expect(panel.requests.writes().length).toBe(4);
    panel.faults.clear();
    expect(new Set(outcomes(await driver.ensure(batch, options)))).toEqual(new Set(['confirmed']));
  });
});
