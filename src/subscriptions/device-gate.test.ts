import fc from 'fast-check';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { bareDocument } from '../../test/support/subscription-service.ts';
import { deviceHash, readDevice } from './device-headers.ts';
import { type Admission, admissionHeaders, DeviceGate, type DeviceRegistry } from './device-gate.ts';
import { createDeviceMetrics } from './device-metrics.ts';
import type { SubscriptionDocument } from './source.ts';

const hwid = (name: string) => ({ 'x-hwid': `device-of-${name}` });

function document(limit: number | undefined, known: readonly string[] = []): SubscriptionDocument {
  if (limit === undefined) return bareDocument();
  const devices = known.map((name) => ({
    id: name,
    hash: deviceHash('s', `device-of-${name}`),
    model: '',
    os: '',
    firstSeenMs: 1,
    lastSeenMs: 2,
  }));
  return bareDocument({ devices: { limit, known: devices } });
}

function setup() {
  const clock = new ManualClock();
  const asked: Parameters<DeviceRegistry['register']>[0][] = [];
  const seen: string[] = [];
  const registry = new Registry();
  const state: { answer: () => ReturnType<DeviceRegistry['register']> } = {
    answer: () => Promise.resolve('registered'),
  };
  const gate = new DeviceGate({
    registry: {
      register(device) {
        asked.push(device);
        return state.answer();
      },
    },
    onSeen: (id) => seen.push(id),
    clock,
    metrics: createDeviceMetrics(registry),
  });
  const admit = (of: SubscriptionDocument, headers = {}, isStale = false) =>
    gate.admit(of, headers, { key: 'k', isStale });
  return { clock, asked, seen, registry, state, admit };
}

describe('a device', () => {
  it('is nobody’s business where there is no limit', () => {
    const { admit, asked } = setup();
    expect(admit(document(undefined), hwid('a'))).toBe('uncounted');
    expect(asked).toEqual([]);
  });

  it('that is known is let in at once, also above the limit and during an outage', () => {
    const { admit, asked, seen } = setup();
    expect(admit(document(2, ['a']), hwid('a'))).toBe('known');
    expect(admit(document(1, ['b', 'a']), hwid('a'), true)).toBe('known');
    expect([asked, seen]).toEqual([[], ['a', 'a']]);
  });

  it('that is new is registered while there is room, and refused from memory when there is none', async () => {
    const { admit, asked } = setup();
    expect(await admit(document(2, ['a']), hwid('b'))).toBe('registered');
    expect(asked).toMatchObject([
      { subscriptionId: 's', hash: Buffer.from(deviceHash('s', 'device-of-b'), 'base64url') },
    ]);
    expect(admit(document(1, ['a']), hwid('b'))).toBe('full');
    expect(asked).toHaveLength(1);
  });

  it('is refused when somebody else took the last place meanwhile', async () => {
    const { admit, state } = setup();
    state.answer = () => Promise.resolve('full');
    expect(await admit(document(1), hwid('b'))).toBe('full');
  });

  it('is let in when the database fails, hangs, or cannot be asked', async () => {
    const { admit, state, clock, asked, registry } = setup();
    state.answer = () => Promise.reject(new Error('connect ECONNREFUSED'));
    expect(await admit(document(1), hwid('b'))).toBe('open');
    const hanging = Promise.withResolvers<'full'>();
    state.answer = () => hanging.promise;
    const answer = admit(document(1), hwid('b'));
    clock.advance(500);
    expect(await answer).toBe('open');
    expect(admit(document(1, ['a']), hwid('b'), true)).toBe('open');
    expect(asked).toHaveLength(2);
    hanging.resolve('full');
    const text = await registry.metrics();
    expect(text).toContain('wayleave_sub_devices_total{admission="open"} 3');
    expect(text).toContain('failures_total{cause="timeout"} 1');
    expect(text).toContain('failures_total{cause="error"} 1');
  });

  it('that is invented anew with every request makes no endless work', async () => {
    const { admit, asked } = setup();
    const seen: (Admission | Promise<Admission>)[] = [];
    for (let at = 0; at < 50; at += 1) seen.push(await admit(document(1000), hwid(String(at))));
    expect(asked.length).toBeLessThanOrEqual(20);
    expect(seen.at(-1)).toBe('open');
  });

  it('is not asked for by an app that does not say what it runs on', () => {
    const { admit } = setup();
    for (const headers of [{}, { 'x-hwid': '' }, { 'x-hwid': 'short' }, { 'x-hwid': 'with a space' }]) {
      expect(admit(document(1), headers)).toBe('unsupported');
    }
  });
});

it.each([
  ['uncounted', {}],
  ['unsupported', { 'x-hwid-not-supported': 'true' }],
  ['known', { 'x-hwid-active': 'true' }],
  ['open', { 'x-hwid-active': 'true' }],
  ['full', { 'x-hwid-active': 'true', 'x-hwid-max-devices-reached': 'true', 'x-hwid-limit': 'true' }],
] as const)('%s is told to apps in their words', (admission, expected) => {
  const flat = admissionHeaders(admission);
  const told = Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : [])));
  expect(told).toEqual(expected);
});

describe('what an app says of its device', () => {
  it('is read, cleaned and cut', () => {
    const latin1 = Buffer.from('Телефон\u0007 <b>Ивана</b>', 'utf8').toString('latin1');
    expect(
      readDevice({ 'x-hwid': 'ABC-123-xyz=', 'x-device-os': 'iOS', 'x-ver-os': '19.1', 'x-device-model': latin1 }),
    ).toEqual({ hwid: 'ABC-123-xyz=', os: 'iOS 19.1', model: 'Телефон b Ивана /b' });
  });

  it('is harmless and short, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const claim = readDevice({ 'x-hwid': 'abcdef', 'x-device-os': text, 'x-ver-os': text, 'x-device-model': text });
        for (const said of [claim?.model ?? '', claim?.os ?? '']) {
          expect(said.length).toBeLessThanOrEqual(64);
          expect(said).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}<>&"'`]/u);
        }
      }),
    );
  });

  it('says nothing of the same device elsewhere', () => {
    expect(deviceHash('s', 'abcdef')).toHaveLength(43);
    expect(deviceHash('s', 'abcdef')).not.toBe(deviceHash('t', 'abcdef'));
  });
});
