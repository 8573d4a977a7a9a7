import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DesiredClient } from '../driver.ts';
import { toWire } from './desired.ts';
import { dialectOf, emailOn, type Dialect } from './dialect.ts';
import { fingerprintOfClient, fingerprintOfDesired } from './fingerprint.ts';
import { sortOut } from './holdings.ts';
import { parseSnapshot } from './snapshot.ts';

const installationId = randomUUID();
const modern = dialectOf({ generation: 4, version: [3, 6, 0] });
const legacy = dialectOf({ generation: 2, version: undefined });

const desired: DesiredClient = {
  subscriptionId: randomUUID(),
  email: 'wl-abcdefgh',
  uuid: randomUUID(),
  enabled: true,
  expiresAtMs: 1_800_000_000_000,
  quotaBytes: 7_000_000_000,
  inbounds: ['a', 'b'],
};

const reality = { network: 'tcp', security: 'reality' };
const ws = { network: 'ws', security: 'none' };

interface Circumstances {
  readonly onlyFirst?: boolean;
  /** The panel's clock when it was written, and what is measured now. */
  readonly skewMs?: number;
  readonly measuredMs?: number;
}

/** What a panel holds after everything was written as it should be, with changes to the copy on the first inbound. */
function observe(
  dialect: Dialect,
  change: object = {},
  { onlyFirst = false, skewMs = 0, measuredMs = skewMs }: Circumstances = {},
): string | undefined {
  const rows = [reality, ws].slice(0, onlyFirst ? 1 : 2).map((streamSettings, index) => {
    const flow = streamSettings === reality ? 'xtls-rprx-vision' : '';
    const client = toWire(desired, emailOn(dialect, desired.email, index + 1), flow, {
      dialect,
      skewMs,
      installationId,
    });
    return {
      id: index + 1,
      tag: 'ab'[index],
      protocol: 'vless',
      enable: true,
      port: 443,
      streamSettings,
      settings: { clients: [index === 0 ? { ...client, ...change } : client] },
      clientStats: null,
    };
  });
  const snapshot = parseSnapshot(rows, dialect.flow);
  if (snapshot === undefined) throw new Error('the rows are not understood');
  const own = sortOut(snapshot, installationId).own.get(desired.email);
  return own && fingerprintOfClient(own, { snapshot, dialect, skewMs: measuredMs, installationId });
}

describe.each([
  ['modern', modern],
  ['legacy', legacy],
])('a fingerprint (%s)', (_, dialect) => {
  const wanted = fingerprintOfDesired(desired, dialect);

  it('matches what was written', () => {
    expect(observe(dialect)).toBe(wanted);
  });

  it('matches under a clock that differs, however its measurement wobbles', () => {
    for (const skewMs of [-7_200_000, -400, 600, 59_000, 3_600_000]) {
      for (const wobbleMs of [-1500, 0, 1500]) {
        expect(observe(dialect, {}, { skewMs, measuredMs: skewMs + wobbleMs })).toBe(wanted);
      }
    }
  });

  it.each([
    ['uuid', { id: randomUUID() }],
    ['enablement', { enable: false }],
    ['expiry', { expiryTime: 1_900_000_000_000 }],
    ['expiry from first use', { expiryTime: -86_400_000 }],
    ['quota', { totalGB: 1 }],
    ['flow', { flow: '' }],
    ['subId', { subId: 'other' }],
  ])('differs when one inbound has another %s', (_what, change) => {
    expect(observe(dialect, change)).not.toBe(wanted);
  });

  it('differs when an inbound is missing', () => {
    expect(observe(dialect, {}, { onlyFirst: true })).not.toBe(wanted);
  });

  it('is not there for a client without our mark', () => {
    expect(observe(dialect, { comment: 'vip' }, { onlyFirst: true })).toBeUndefined();
  });

  it('does not show the UUID', () => {
    expect(wanted).not.toContain(desired.uuid.slice(0, 8));
  });
});

it('differs for a client that an upgrade from v2 left under the e-mail of one inbound', () => {
  expect(observe(modern, { email: `${desired.email}-in1` })).not.toBe(fingerprintOfDesired(desired, modern));
});

it('counts a traffic row that is switched off as disabled, as depletion shows up to v2.8', () => {
  const snapshot = parseSnapshot(
    [
      {
        id: 1,
        settings: { clients: [{ email: 'x', enable: true }] },
        clientStats: [{ email: 'x', enable: false, up: 1, down: 2 }],
      },
    ],
    legacy.flow,
  );
  expect(snapshot?.inbounds[0]?.entries[0]?.enabled).toBe(false);
});
