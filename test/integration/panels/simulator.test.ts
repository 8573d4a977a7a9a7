import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRealPanel } from '../../support/panels.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import type { RealPanel } from '../../support/real-3x-ui.ts';
import { demoInbounds, startThreeXuiSimulator, type ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';
import { envelopeOf, RawPanel, type RawAnswer } from './raw-panel.ts';

const alice = '5783a3e7-e373-51cd-8642-c83782b807c5';
const bob = '0b6e1b3c-93f5-4a0e-8a7f-1f7f7a2f5a11';

type Step = readonly [method: 'GET' | 'POST', path: string, body?: unknown];

const clients = (...list: object[]): string => JSON.stringify({ clients: list });

/** What people and programs ask of a 3x-ui v2.9.4, in an order in which each answer depends on the ones before. */
const script: readonly Step[] = [
  ['GET', 'panel/api/inbounds/get/9999'],
  ['GET', 'panel/api/inbounds/get/abc'],
  ['POST', 'panel/api/inbounds/addClient', { id: 1, settings: clients({ id: alice, email: 'alice', enable: true }) }],
  ['POST', 'panel/api/inbounds/addClient', { id: 1, settings: { clients: [] } }],
  ['POST', 'panel/api/inbounds/addClient', { id: 1, settings: clients() }],
  ['POST', 'panel/api/inbounds/addClient', { id: 99, settings: clients({ id: bob, email: 'bob' }) }],
  ['POST', 'panel/api/inbounds/addClient', { id: 1, settings: clients({ id: bob, email: 'ALICE' }) }],
  ['POST', 'panel/api/inbounds/addClient', { id: 1, settings: clients({ id: '', email: 'bob' }) }],
  ['POST', 'panel/api/inbounds/addClient', '{"id":1,'],
  ['POST', 'panel/api/inbounds/addClient', '[]'],
  ['POST', 'panel/api/inbounds/addClient', ''],
  ['POST', 'panel/api/inbounds/1/delClient/nobody'],
  ['POST', `panel/api/inbounds/1/delClient/${alice}`],
  ['POST', 'panel/api/inbounds/1/delClientByEmail/nobody'],
  ['POST', 'panel/api/inbounds/1/delClientByEmail/alice'],
  [
    'POST',
    'panel/api/inbounds/addClient',
    {
      id: 1,
      settings: clients({
        id: bob,
        email: 'bob',
        enable: false,
        flow: 'xtls-rprx-vision',
        totalGB: 5_000_000,
        expiryTime: 4_000_000_000_000,
        subId: 'sub-bob',
        comment: 'wayleave',
        unknownKey: 7,
      }),
    },
  ],
  ['GET', 'panel/api/inbounds/getClientTraffics/bob'],
  ['GET', 'panel/api/inbounds/getClientTraffics/nobody'],
  ['GET', `panel/api/inbounds/getClientTrafficsById/${bob}`],
  ['GET', 'panel/api/inbounds/getClientTrafficsById/nobody'],
  // The same uuid and subId under another e-mail, on another inbound.
  [
    'POST',
    'panel/api/inbounds/addClient',
    { id: 2, settings: clients({ id: bob, email: 'bob-in2', subId: 'sub-bob' }) },
  ],
  [
    'POST',
    `panel/api/inbounds/updateClient/${bob}`,
    { id: 1, settings: clients({ id: bob, email: 'bob', expiryTime: 1 }) },
  ],
  ['GET', 'panel/api/inbounds/get/1'],
  ['POST', 'panel/api/inbounds/updateClient/nobody', { id: 1, settings: clients({ id: bob, email: 'bob' }) }],
  ['POST', `panel/api/inbounds/updateClient/${bob}`, { id: 1, settings: clients({ email: 'bob' }) }],
  ['POST', `panel/api/inbounds/updateClient/${bob}`, { id: 1, settings: clients({ id: bob, email: 'alice' }) }],
  ['POST', `panel/api/inbounds/updateClient/${bob}`, { id: 99, settings: clients({ id: bob, email: 'bob' }) }],
  ['POST', `panel/api/inbounds/updateClient/${alice}`, { id: 2, settings: clients({ id: alice, email: 'alice' }) }],
  ['POST', 'panel/api/inbounds/updateClientTraffic/bob', { upload: 5, download: 6 }],
  ['POST', 'panel/api/inbounds/1/resetClientTraffic/nobody'],
  ['GET', 'panel/api/inbounds/getClientTraffics/bob'],
  ['POST', 'panel/api/inbounds/1/resetClientTraffic/bob'],
  ['GET', 'panel/api/inbounds/getClientTraffics/bob'],
  ['POST', 'panel/api/inbounds/lastOnline'],
  ['GET', 'panel/api/inbounds/list'],
  ['POST', 'panel/api/inbounds/1/delClientByEmail/bob'],
  ['GET', 'panel/api/inbounds/list'],
  ['POST', 'panel/api/inbounds/del/9999'],
  ['GET', 'panel/api/inbounds/options'],
  ['GET', 'panel/api/clients/list'],
  ['GET', 'panel/api/server/nothing'],
  ['GET', 'panel/api/inbounds/onlines'],
  ['GET', 'csrf-token'],
  ['POST', 'getTwoFactorEnable'],
  ['POST', 'panel/api/server/restartXrayService'],
];

let real: RealPanel;
let simulator: ThreeXuiSimulator;
let panels: readonly RawPanel[];

beforeAll(async () => {
  const ports = { ws: await freePort(), grpc: await freePort() };
  real = await startRealPanel();
  simulator = await startThreeXuiSimulator({ version: '2.9.4', basePath: '/pnl/' });
  panels = await Promise.all([
    new RawPanel(real).open(),
    new RawPanel({ url: simulator.url, ...simulator.account }).open(),
  ]);
  for (const panel of panels) {
    for (const { settings, streamSettings, sniffing, ...plain } of demoInbounds({ ports })) {
      const json = { settings, streamSettings, sniffing };
      const texts = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, JSON.stringify(value)]));
      await panel.post('panel/api/inbounds/add', { ...plain, ...texts });
    }
  }
});

afterAll(async () => {
  await Promise.all([...(panels ?? []).map((panel) => panel.close()), real?.stop(), simulator?.stop()]);
});

describe('the simulator of 3x-ui v2.9.4', () => {
  it('answers a long conversation word for word as the real one does', async () => {
    for (const [method, path, body] of script) {
      const [expected, actual] = await Promise.all(panels.map((panel) => panel.send(method, path, body)));
      expect({ path, body, ...comparable(actual) }).toEqual({ path, body, ...comparable(expected) });
    }
  });

  it('refuses strangers and wrong passwords as the real one does', async () => {
    const attempts: readonly [string, string, unknown?][] = [
      ['GET', 'panel/api/inbounds/list'],
      ['POST', 'panel/api/inbounds/addClient', { id: 1 }],
      ['POST', 'login', { username: 'operator', password: 'wrong' }],
      ['POST', 'login', '{'],
      ['GET', 'panel/'],
      ['GET', '../elsewhere/panel/api/inbounds/list'],
    ];
    for (const [method, path, body] of attempts) {
      for (const ajax of ['XMLHttpRequest', 'other']) {
        const [expected, actual] = await Promise.all(
          [real.url, simulator.url].map((url) =>
            new RawPanel({ url, token: '' }).send(method as 'GET', path, body, { 'x-requested-with': ajax }),
          ),
        );
        expect({ path, ajax, ...comparable(actual) }).toEqual({ path, ajax, ...comparable(expected) });
      }
    }
  });

  it('cuts an expired client at its poll, in the settings as well as in the counters', async () => {
    for (const panel of panels) {
      const expired = { id: alice, email: 'carol', enable: true, expiryTime: 1_700_000_000_000 };
      await panel.post('panel/api/inbounds/addClient', { id: 2, settings: clients(expired) });
    }
    for (const panel of panels) {
      await waitUntil('the poll', async () => {
        const row = (await panel.get('panel/api/inbounds/getClientTraffics/carol')) as { enable: boolean };
        return !row.enable;
      });
    }
    const [expected, actual] = await Promise.all(panels.map((panel) => panel.send('GET', 'panel/api/inbounds/get/2')));
    expect(comparable(actual)).toEqual(comparable(expected));
    expect(JSON.stringify(comparable(actual))).toContain('"enable":false,"expiryTime":1700000000000');
  });

  it('loses clients silently when several write at once, as the real one does', async () => {
    for (const panel of panels) {
      const names = Array.from({ length: 24 }, (_, index) => `crowd-${index}`);
      const answers: RawAnswer[] = [];
      const queue = [...names];
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          for (let email = queue.pop(); email !== undefined; email = queue.pop()) {
            const settings = clients({ id: crypto.randomUUID(), email, enable: true });
            answers.push(await panel.send('POST', 'panel/api/inbounds/addClient', { id: 2, settings }));
          }
        }),
      );
      const held = JSON.stringify(await panel.get('panel/api/inbounds/get/2'));
      const present = names.filter((name) => held.includes(`\\"${name}\\"`));
      expect(present.length).toBeLessThan(names.length);
      expect(answers.some(({ status }) => status === 500)).toBe(true);
      expect(answers.every(({ status }) => status === 200 || status === 500)).toBe(true);
    }
  });
});

/** An answer without what differs between any two panels: addresses, times, row numbers of deleted rows. */
function comparable(answer: RawAnswer | undefined): object {
  if (answer === undefined) throw new Error('no answer');
  const envelope = envelopeOf(answer);
  const body = envelope === undefined ? answer.text.replaceAll(/\/[\da-z]+\//g, '/…/') : strip(envelope);
  return { status: answer.status, type: answer.headers['content-type'], body };
}

function strip(value: unknown): unknown {
  if (typeof value === 'string' && value.startsWith('{')) return strip(JSON.parse(value));
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const unstable = new Set(['created_at', 'updated_at', 'lastOnline']);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, unstable.has(key) ? 'a time' : strip(item)]),
  );
}
