import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { readAlerts } from '../../scripts/alert-rules.ts';
import { dashboards } from '../../scripts/dashboards/index.ts';
import { annotations, vpnPanels, vpnShops, vpnSubscriptions } from '../../src/api/index.ts';
import { openBrowser } from '../support/browser.ts';
import { createAuthority, type Authority } from '../support/certificates.ts';
import { panelSecret, secretResource, vpnPanel } from '../support/manifests.ts';
import {
  commands,
  startMonitoredShop,
  type Command,
  type MonitoredShop,
} from '../support/monitoring/monitored-shop.ts';
import { drawDashboard } from '../support/monitoring/preview.ts';
import { startPhones, type Phones } from '../support/monitoring/phones.ts';
import { freePort, waitUntil } from '../support/processes.ts';
import { buys, isReady, orders, pays, renewsByCard } from '../support/shop-world/people.ts';
import { shopName } from '../support/shop-world/shop-world.ts';
import { botSecret } from '../support/shops.ts';
import { startThreeXuiSimulator, type ThreeXuiSimulator } from '../support/simulators/3x-ui/index.ts';
import type { Customer } from '../support/simulators/telegram/index.ts';
import { stateOf } from '../support/world/conditions.ts';
import { modelInbounds } from '../support/world/world.ts';

type Labels = Readonly<Record<string, string>>;
type Expected = readonly [name: string, labels?: Labels];

/** Those whose cause takes half an hour, or is a defect that nobody knows: only promtool has seen them fire. */
const onlyOnPaper = new Set(['WayleaveSweepStale', 'WayleaveReconcilePanics']);
/** A reading of the books comes once a minute, and machines are busy. */
const patience = { timeoutMs: 150_000, intervalMs: 250 };

let monitored: MonitoredShop;
let phones: Phones;
let startedMs = 0;
const seen = new Set<string>();
const cleanups: (() => Promise<void>)[] = [];

/** Takes many minutes of a quiet machine: WAYLEAVE_TEST_ALERTS=1 npm test -- test/e2e/alerts */
const isAsked = process.env['WAYLEAVE_TEST_ALERTS'] === '1';

beforeAll(async () => {
  monitored = await startMonitoredShop();
  startedMs = Math.floor(Date.now() / 1000) * 1000;
}, 900_000);
afterAll(async () => {
  phones?.stop();
  await monitored?.end();
  for (const cleanup of cleanups) await cleanup();
});

async function firing([name, wanted = {}]: Expected): Promise<boolean> {
  const found = (await monitored.prometheus.firing()).filter(
    (alert) => alert.name === name && Object.entries(wanted).every(([label, value]) => alert.labels[label] === value),
  );
  for (const { annotations: told, labels: given } of found) {
    seen.add(name);
    // What a template cannot fill in stands there as an error, or is empty.
    expect(told['description']).not.toMatch(/<error|<no value>|%!|\s{2}/);
    expect(given['namespace'] ?? monitored.shop.world.namespace).toBe(monitored.shop.world.namespace);
  }
  return found.length > 0;
}

async function expectFiring(...expected: readonly Expected[]): Promise<void> {
  for (const one of expected) await waitUntil(`${one[0]} fires`, () => firing(one), patience);
}

async function expectClear(...expected: readonly Expected[]): Promise<void> {
  for (const one of expected) await waitUntil(`${one[0]} clears`, async () => !(await firing(one)), patience);
}

function newcomers(...names: readonly string[]): readonly Customer[] {
  return names.map((firstName) => monitored.shop.telegram.user({ firstName }));
}

async function areServed(customers: readonly Customer[]): Promise<void> {
  for (const customer of customers) await customer.seesMessage(isReady, { timeoutMs: 120_000 }, 'that all is ready');
}

const panelLabel = (name: string): Labels => ({ panel: `${monitored.shop.world.namespace}/${name}` });
const panelAt = (index: number): ThreeXuiSimulator => {
  const panel = monitored.shop.panels[index];
  if (panel === undefined) throw new Error(`there is no panel ${String(index)}`);
  return panel;
};

describe.runIf(isAsked)('every alert fires by what causes it, and clears when that is mended', () => {
  it('none fires while a shop sells, and one order can be followed through all processes', async () => {
    const { shop, prometheus } = monitored;
    const [anna] = newcomers('Anna');
    if (anna === undefined) return;
    await shop.admin.sends('/start');
    await buys(anna);
    const { text } = await anna.seesMessage(isReady, { timeoutMs: 120_000 }, 'that all is ready');
    phones = startPhones(/https?:\/\/\S+\/sub\/\S+/.exec(text)?.[0] ?? '');
    await waitUntil('phones are served', async () => {
      const [served] = await prometheus.query('sum(rate(wayleave_sub_requests_total{outcome="active"}[10s])) > 0');
      const [judged] = await prometheus.query('wayleave:orders_judged:increase6h');
      return served !== undefined && judged !== undefined;
    });
    // Jobs that come round more seldom than a quickened rule waits.
    const fires = (await prometheus.firing()).filter(({ name }) => name !== 'WayleaveJobStale');
    expect(fires).toEqual([]);
    await expectOneStory();
  });

  it('panels that are away while people pay, and a message about money that gets lost', async () => {
    const { telegram } = monitored.shop;
    const waiting = newcomers('Boris', 'Clara', 'David');
    const [erika] = newcomers('Erika');
    if (erika === undefined) return;
    for (const customer of [...waiting, erika]) await orders(customer);
    for (const panel of monitored.shop.panels) await panel.goOffline();
    const tellsOfMoney = { when: isAboutMoney, times: 1 };
    telegram.faults.updates.add({ fault: { kind: 'drop' }, ...tellsOfMoney });
    await pays(erika);
    for (const customer of waiting) await pays(customer);
    const down: readonly Expected[] = [
      ['WayleavePanelDown', panelLabel('nl')],
      ['WayleavePanelDown', panelLabel('de')],
      ['WayleavePaidNotProvisioned'],
      ['WayleaveProvisioningBudgetBurnsFast'],
      ['WayleaveProvisioningBudgetBurnsSlowly'],
    ];
    await Promise.all([expectFiring(...down), expectFiring(['WayleaveLostUpdates', { provider: 'stars' }])]);
    for (const panel of monitored.shop.panels) await panel.goOnline();
    await expectClear(...down, ['WayleaveLostUpdates']);
    await areServed([...waiting, erika]);
  });

  it('a panel whose Xray is stopped, and one that was updated to what nobody knows', async () => {
    const [nl, de] = [panelAt(0), panelAt(1)];
    await nl.stopXray();
    await de.upgradeTo('9.0.0');
    const causes: readonly Expected[] = [
      ['WayleavePanelCoreStopped', panelLabel('nl')],
      ['WayleavePanelUnsupported', panelLabel('de')],
    ];
    await expectFiring(...causes);
    const headers = { authorization: `Bearer ${nl.token}` };
    const restarted = await fetch(`${nl.url}panel/api/server/restartXrayService`, { method: 'POST', headers });
    expect(await restarted.json()).toMatchObject({ success: true });
    await de.upgradeTo('3.6.0');
    await expectClear(...causes);
  });

  it('a certificate that is about to end', async () => {
    const { world } = monitored.shop;
    const authority = createAuthority('panels');
    const port = await freePort();
    const first = await startPanelWithTls(authority, port, 10);
    const metadata = { name: 'tls', namespace: world.namespace };
    await world.apply(secretResource, panelSecret(metadata, { token: first.token }));
    const spec = { url: first.url, caBundle: authority.certificate, pollIntervalSeconds: 5 };
    await world.apply(vpnPanels, vpnPanel(metadata, spec));
    const cause: Expected = ['WayleavePanelCertificateExpiring', panelLabel('tls')];
    await expectFiring(cause);
    await first.stop();
    const renewed = await startPanelWithTls(authority, port, 90, first.token);
    // The dashboards show how long it lasts.
    cleanups.push(() => renewed.stop());
    await expectClear(cause);
  });

  it('somebody who wipes a panel, and somebody who deletes everybody', async () => {
    const { world } = monitored.shop;
    const names = Array.from({ length: 30 }, (_, at) => `hand-made-${String(at)}`);
    await Promise.all(names.map((name) => world.subscription(name)));
    await waitUntil('all are there', async () => {
      const all = await Promise.all(names.map((name) => world.get(name)));
      return all.every((one) => stateOf(one) === 'True/Ready');
    });
    await panelAt(0).wipe();
    const storm: Expected = ['WayleaveDriftStorm', panelLabel('nl')];
    await expectFiring(storm);
    await Promise.all(names.map((name) => world.client.delete(vpnSubscriptions, world.namespace, name)));
    const held: readonly Expected[] = [
      ['WayleaveRevocationsHeld', panelLabel('nl')],
      ['WayleaveRevocationsHeld', panelLabel('de')],
    ];
    await expectFiring(...held);
    const allowed = { metadata: { annotations: { [annotations.allowRevocations]: new Date().toISOString() } } };
    for (const panel of ['nl', 'de']) await world.patch(vpnPanels, panel, allowed);
    await expectClear(storm, ...held);
  });

  it('a panel that refuses to write and to let go', async () => {
    const { world } = monitored.shop;
    await world.subscription('leaves');
    await waitUntil('it is there', async () => stateOf(await world.get('leaves')) === 'True/Ready');
    const refused = { kind: 'body', body: '{"success":false,"msg":"database is locked","obj":null}' } as const;
    const mend = panelAt(0).faults.add({ fault: refused, method: 'POST', route: /^panel\/api\/clients\// });
    onTestFinished(mend);
    await world.subscription('comes');
    await world.client.delete(vpnSubscriptions, world.namespace, 'leaves');
    const causes: readonly Expected[] = [
      ['WayleaveDeliveriesStuck', panelLabel('nl')],
      ['WayleaveRevocationsStuck', panelLabel('nl')],
    ];
    await expectFiring(...causes);
    mend();
    await expectClear(...causes);
    await world.client.delete(vpnSubscriptions, world.namespace, 'comes');
  });

  it('an API server that is away', async () => {
    const [boris] = newcomers('Boris');
    if (boris === undefined) return;
    await orders(boris);
    const mend = monitored.api.inject({
      on: () => true,
      fault: { kind: 'status', status: 503 },
      times: Number.POSITIVE_INFINITY,
    });
    onTestFinished(mend);
    monitored.api.cut();
    await pays(boris);
    const causes: readonly Expected[] = [
      ['WayleaveOutboxStuck', { topic: 'project' }],
      ['WayleaveApiServerUnreachable', { command: 'operator' }],
      ['WayleaveApiServerUnreachable', { command: 'bot' }],
      ['WayleaveNoLeader', { name: 'wayleave-bot' }],
    ];
    await expectFiring(...causes);
    mend();
    await expectClear(...causes);
    await areServed([boris]);
  });

  it.each([
    ['operator', 'WayleaveNoLeader', { name: 'wayleave-operator' }],
    ['bot', 'WayleaveNoLeader', { name: 'wayleave-bot' }],
    ['subscriptions', 'WayleaveSubscriptionsDown', {}],
  ] as const)('%s is killed', async (command, alert, wanted) => {
    await monitored.kill(command);
    await expectFiring([alert, wanted]);
    monitored.start(command);
    await expectClear([alert, wanted]);
  });

  it('a process that is held up again and again', async () => {
    const { child } = monitored.process('operator');
    for (let times = 0; times < 6; times += 1) {
      child.kill('SIGSTOP');
      // Not for a condition: this is the stall. A timer that was due half a second later still comes a second late.
      await delay(1_700);
      child.kill('SIGCONT');
      await waitUntil('it has noticed', async () => {
        const [stalls] = await monitored.prometheus.query('wayleave_event_loop_stalls_total{job="operator"}');
        return (stalls?.value ?? 0) > times;
      });
    }
    const cause: Expected = ['WayleaveEventLoopStalls', { command: 'operator' }];
    await expectFiring(cause);
    await expectClear(cause);
  });

  it('a Telegram that does not answer', async () => {
    const { telegram } = monitored.shop;
    const [clara, ...others] = newcomers('Clara', ...Array.from({ length: 8 }, (_, at) => `Guest ${String(at)}`));
    if (clara === undefined) return;
    await orders(clara);
    // The question before a payment is still answered, or else nobody could pay.
    onTestFinished(() => {
      telegram.faults.clear();
    });
    for (const method of ['sendMessage', 'editMessageText'])
      telegram.faults.calls.add({ fault: { kind: 'refuse' }, method });
    await pays(clara);
    const asking = setInterval(() => {
      for (const guest of others) void guest.sends('/start');
    }, 1_000);
    onTestFinished(() => {
      clearInterval(asking);
    });
    const causes: readonly Expected[] = [
      ['WayleaveTelegramUnreachable'],
      ['WayleaveSideWorkStuck', { topic: 'progress' }],
    ];
    await expectFiring(...causes);
    clearInterval(asking);
    telegram.faults.clear();
    await expectClear(...causes);
  });

  it('a token that was revoked', async () => {
    const { world, telegram } = monitored.shop;
    const metadata = { name: 'bot', namespace: world.namespace };
    await world.apply(secretResource, botSecret(metadata, { token: telegram.token.replace(/.{4}$/, 'gone') }));
    await touchShop('revoked');
    try {
      await expectFiring(['WayleaveBotTokenRefused']);
    } finally {
      await world.apply(secretResource, botSecret(metadata, { token: telegram.token }));
      await touchShop('given back');
    }
    await expectClear(['WayleaveBotTokenRefused']);
  });

  it('another program that polls the same bot', async () => {
    const { world, telegram } = monitored.shop;
    await world.patch(vpnShops, shopName, { spec: { bot: { updates: 'Polling' } } });
    const stop = new AbortController();
    const other = (async () => {
      while (!stop.signal.aborted) {
        await (await fetch(`${telegram.apiUrl}/bot${telegram.token}/getUpdates?timeout=1`)).text();
        await delay(100);
      }
    })();
    try {
      await expectFiring(['WayleaveBotPolledTwice']);
    } finally {
      stop.abort();
      await other;
      await world.patch(vpnShops, shopName, { spec: { bot: { updates: 'Webhook' } } });
    }
    await expectClear(['WayleaveBotPolledTwice']);
  });

  it('somebody who guesses the secret of the webhook, and a receipt that nobody looks at', async () => {
    const { shop, webhookUrl } = monitored;
    const [david] = newcomers('David');
    if (david === undefined) return;
    await buys(david);
    await areServed([david]);
    await renewsByCard(david);
    const address = `${webhookUrl}/telegram/${shop.shop.id}`;
    const guess = async (): Promise<void> => {
      const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': 'guessed' };
      await (await fetch(address, { method: 'POST', headers, body: '{"update_id":1}' })).text();
    };
    for (let guesses = 0; guesses < 60; guesses += 1) await guess();
    const causes: readonly Expected[] = [
      ['WayleaveWebhookSecretMismatch'],
      ['WayleaveChargesWaiting', { queue: 'transfers' }],
    ];
    await expectFiring(...causes);
    await shop.admin.tap(/Approve/, { timeoutMs: 60_000 });
    await expectClear(...causes);
  });

  it('a ledger that refuses to record a payment, and a disk that is not there', async () => {
    const { owner } = monitored.shop;
    const [erika] = newcomers('Erika');
    if (erika === undefined) return;
    await orders(erika);
    await owner.query('alter table wayleave.charges add constraint nothing_more check (false) not valid');
    const elsewhere = `${monitored.snapshots}.gone`;
    await rename(monitored.snapshots, elsewhere);
    await pays(erika);
    const causes: readonly Expected[] = [
      ['WayleaveWebhookFailures'],
      ['WayleaveMoneyNotRecorded', { provider: 'stars' }],
      ['WayleaveSnapshotFailing'],
    ];
    try {
      await Promise.all(causes.map((cause) => expectFiring(cause)));
    } finally {
      await owner.query('alter table wayleave.charges drop constraint nothing_more');
      await rename(elsewhere, monitored.snapshots);
    }
    await expectClear(...causes);
    await areServed([erika]);
  });

  it('a database that hangs', async () => {
    const { owner } = monitored.shop;
    const session = await owner.connect();
    try {
      await session.query('begin');
      await session.query('lock table wayleave.subscription_tokens in access exclusive mode');
      await expectFiring(['WayleaveSubscriptionsSlow']);
    } finally {
      await session.query('rollback');
      session.release();
    }
    await expectClear(['WayleaveSubscriptionsSlow']);
  });

  it('a database that is away', async () => {
    const { world } = monitored.shop;
    const server = new URL(world.databaseUrl);
    const database = server.pathname.slice(1);
    server.pathname = '/postgres';
    const elsewhere = new Client({ connectionString: server.href });
    await elsewhere.connect();
    onTestFinished(() => elsewhere.end());
    const causes: readonly Expected[] = [
      ...commands.map((command): Expected => ['WayleavePostgresDown', { command }]),
      ['WayleaveSubscriptionErrors'],
      ['WayleaveCacheStale'],
      ['WayleaveJobStale', { task: 'note-provisioned' }],
      ['WayleaveReconcileErrors', { controller: 'vpnsubscription' }],
    ];
    try {
      await elsewhere.query(`alter database ${database} with allow_connections false`);
      await elsewhere.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = '${database}' and application_name like 'wayleave-%'`,
      );
      await world.subscription('too-late');
      await expectFiring(...causes);
    } finally {
      await elsewhere.query(`alter database ${database} with allow_connections true`);
    }
    await expectClear(...causes);
    await world.client.delete(vpnSubscriptions, world.namespace, 'too-late');
  });

  it('is true of all but those whose cause cannot be had here', () => {
    const missing = readAlerts().flatMap(({ alert }) => (seen.has(alert) || onlyOnPaper.has(alert) ? [] : [alert]));
    expect(missing).toEqual([]);
  });
});

/** Secrets are read again when the shop is looked at. */
async function touchShop(word: string): Promise<void> {
  const { world } = monitored.shop;
  await world.patch(vpnShops, shopName, { metadata: { labels: { touched: word.replaceAll(' ', '-') } } });
}

function isAboutMoney({ message }: { readonly message?: object }): boolean {
  return message !== undefined && 'successful_payment' in message;
}

function startPanelWithTls(
  authority: Authority,
  port: number,
  validDays: number,
  token?: string,
): Promise<ThreeXuiSimulator> {
  const identity = authority.issue({ commonName: 'panel', hosts: ['127.0.0.1'], usages: ['server'], validDays });
  return startThreeXuiSimulator({
    version: '3.6.0',
    inbounds: modelInbounds(),
    port,
    tls: { cert: identity.certificate, key: identity.key },
    ...(token === undefined ? {} : { token }),
  });
}

/** From the invoice to the panels: each process says which order or subscription it is about. */
async function expectOneStory(): Promise<void> {
  const lines = (command: Command): readonly Record<string, unknown>[] =>
    monitored
      .process(command)
      .log()
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const bot = lines('bot');
  const said = (msg: string, fields: Readonly<Record<string, unknown>>): boolean =>
    bot.some((line) => line['msg'] === msg && Object.entries(fields).every(([key, value]) => line[key] === value));
  const asked = bot.find(({ msg }) => msg === 'an invoice was sent');
  expect(asked).toBeDefined();
  const { orderId, subscriptionId } = asked ?? {};
  expect(said('a payment was granted', { orderId })).toBe(true);
  expect(said('a subscription was carried from the ledger into the cluster', { subscriptionId })).toBe(true);
  const held = lines('operator').find((line) => line['subscriptionId'] === subscriptionId);
  expect(held).toMatchObject({ msg: 'enough panels hold what a subscription is entitled to' });
  expect(said('an order is provisioned', { orderId, subscriptionId })).toBe(true);
  const traceId = String(orderId).replaceAll('-', '');
  const spansOfOrder = (): string[] =>
    monitored.collector.spans().flatMap((span) => (span.traceId === traceId ? [span.name] : []));
  await waitUntil('its trace has come', () => spansOfOrder().length > 0, patience);
  const steps = ['order', 'choose how to pay', 'pay', 'record payment', 'grant', 'deliver', 'note'];
  expect(new Set(spansOfOrder())).toEqual(new Set([...steps, 'confirm on panel']));
}

describe.runIf(isAsked)('the dashboards', () => {
  const queries = dashboards.flatMap(({ uid, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title, queries: of }) => of.map((query) => ({ uid, title, ...query }))),
    ),
  );

  it('show what all of this has left behind: every query is answered, and those that count what happened say more than 0', async () => {
    const complaints: string[] = [];
    for (const { uid, title, expr, quiet = false } of queries) {
      const asked = expr.replaceAll('$__rate_interval', '10m').replaceAll('$namespace', '.+');
      const answer = await monitored.prometheus.query(asked);
      const values = answer.map(({ value }) => value).filter((value) => Number.isFinite(value));
      if (answer.length === 0) complaints.push(`${uid}: ${title}: nothing for ${asked}`);
      else if (!quiet && !values.some((value) => value !== 0)) complaints.push(`${uid}: ${title}: only 0 for ${asked}`);
    }
    expect(complaints).toEqual([]);
    expect(queries.length).toBeGreaterThan(60);
  });

  it.runIf(process.env['WAYLEAVE_TEST_PUBLISH'] === '1')('are drawn for the docs', async () => {
    const folder = path.resolve(import.meta.dirname, '../../docs/images/monitoring');
    await mkdir(folder, { recursive: true });
    const browser = await openBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const span = { fromMs: startedMs, toMs: Date.now(), stepS: 5 };
    for (const dashboard of dashboards) {
      const picture = await drawDashboard(page, dashboard, monitored.prometheus, span);
      await writeFile(path.join(folder, `${dashboard.uid}.png`), picture);
      expect(picture.length).toBeGreaterThan(10_000);
    }
  });
});
