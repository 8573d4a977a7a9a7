import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  vpnPlans,
  vpnShops,
  vpnSubscriptions,
  type VPNPlan,
  type VPNShop,
  type VPNSubscription,
} from '../../src/api/index.ts';
import { silentLog } from '../../src/base/log.ts';
import { runCommandLine } from '../../src/commands/program.ts';
import type { KubeObject } from '../../src/kube/index.ts';
import { refundByPerson } from '../../src/ledger/index.ts';
import { createTokenKeyData, migrate, openStore } from '../../src/store/index.ts';
import { scriptedHost } from '../integration/commands/scripted-host.ts';
import { secretResource } from '../support/manifests.ts';
import { takeBaseBackup } from '../support/postgres-backup.ts';
import { startPostgres, type Postgres } from '../support/postgres.ts';
import { freePort } from '../support/processes.ts';
import {
  publicUrlOf,
  startBot,
  startOperator,
  startService,
  type PartsSettings,
} from '../support/restore-drill/parts.ts';
import { Phone } from '../support/restore-drill/phone.ts';
import {
  applyAll,
  byHand,
  manifestsOf,
  planPanels,
  startCluster,
  startPanels,
  type Cluster,
  type PanelPlans,
  type Panels,
} from '../support/restore-drill/site.ts';
import { buysWithoutChoice } from '../support/shop-world/people.ts';
import { startTelegramSimulator, type Customer, type TelegramSimulator } from '../support/simulators/telegram/index.ts';
import { ensureTool } from '../support/toolchain.ts';
import { stateOf } from '../support/world/conditions.ts';
import { clientsOf } from '../support/world/panel-view.ts';
import { startOrigin, startRealityTarget, type Origin } from '../support/xray-client.ts';

const soon = { timeout: 120_000, interval: 200 };
const namespace = `drill-${randomUUID().slice(0, 8)}`;

/** What one life of the installation consists of; the second has nothing of the first but what was put aside. */
interface Life {
  readonly cluster: Cluster;
  readonly panels: Panels;
  readonly postgres: Postgres;
  readonly directory: string;
  readonly settings: PartsSettings;
}

/** docs/operations/restore.md, acted out: cluster, panels and Postgres are lost, with what happened since the backup. */
/** Takes some minutes: WAYLEAVE_TEST_DRILL=1 npm test -- test/chaos/restore-drill */
const isAsked = process.env['WAYLEAVE_TEST_DRILL'] === '1';

describe.runIf(isAsked)('everything is lost but the backup of Postgres, the manifests and the Secrets', () => {
  const ends: (() => Promise<void>)[] = [];
  const phones = new Map<string, Phone>();
  let folder: string;
  let xray: string;
  let origin: Origin;
  let plans: PanelPlans;
  let telegram: TelegramSimulator;
  let servicePort: number;
  let life: Life;
  let owner: pg.Pool;
  let running: ReturnType<typeof startOperator>[] = [];
  let tokenKey: KubeObject & { readonly data: Readonly<Record<string, string>> };
  let uuids: readonly string[];
  let boris: Customer;
  let dora: Customer;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wayleave-drill-'));
    // Postgres passes through as another user.
    await chmod(folder, 0o711);
    ends.push(() => rm(folder, { recursive: true, force: true }));
    xray = await ensureTool('xray');
    origin = await startOrigin();
    ends.push(() => origin.stop());
    const target = await startRealityTarget();
    ends.push(() => target.stop());
    plans = await planPanels(target);
    telegram = await startTelegramSimulator();
    ends.push(() => telegram.stop());
    servicePort = await freePort();
  });

  afterAll(async () => {
    for (const phone of phones.values()) await phone.putAway();
    await loseEverything();
    for (const end of ends.toReversed()) await end();
  }, 300_000);

  /** @param directory of a Postgres that may have data already */
  async function begin(directory: string): Promise<Life> {
    const postgres = await startPostgres({ directory });
    const known = await postgres.query(`select from pg_database where datname = 'wayleave'`);
    if (known.length === 0) await postgres.createDatabase('wayleave');
    const databaseUrl = postgres.urlOf('wayleave');
    await migrate({ databaseUrl, log: silentLog });
    owner = new pg.Pool({ connectionString: databaseUrl, max: 2 });
    const [cluster, panels] = await Promise.all([
      startCluster(path.join(folder, randomUUID()), namespace),
      startPanels(plans, xray),
    ]);
    const settings = {
      kubeconfig: cluster.kubeconfig,
      databaseUrl,
      namespace,
      servicePort,
      telegramUrl: telegram.apiUrl,
    };
    return { cluster, panels, postgres, directory, settings };
  }

  /** No part gets to say goodbye. */
  async function loseEverything(): Promise<void> {
    await Promise.all(running.map((part) => part.stop('SIGKILL')));
    running = [];
    await owner.end();
    await Promise.all([life.panels.stop(), life.cluster.stop(), life.postgres.stop()]);
    await rm(life.directory, { recursive: true, force: true });
  }

  function run<Part extends ReturnType<typeof startOperator>>(part: Part): Part {
    running.push(part);
    return part;
  }

  /** Who comes before the shop is open gets no answer. */
  async function opens(bot: ReturnType<typeof startBot>): Promise<void> {
    await vi.waitFor(async () => {
      const shop = await life.cluster.client.get<VPNShop>(vpnShops, namespace, 'main');
      expect(stateOf(shop), bot.log()).toBe('True/Ready');
      const plan = await life.cluster.client.get<VPNPlan>(vpnPlans, namespace, 'month');
      expect(plan.status?.sellable).toBe(true);
    }, soon);
  }

  async function becomesCustomer(firstName: string): Promise<Customer> {
    const customer = telegram.user({ firstName });
    await customer.sends('/start');
    await buysWithoutChoice(customer);
    await customer.sees(/All 2 servers ready/, { timeoutMs: 90_000 });
    return customer;
  }

  async function takesPhone(name: string, address: string): Promise<Phone> {
    const phone = await Phone.setUp(name, address, xray);
    phones.set(name, phone);
    await reachesAll(phone);
    return phone;
  }

  function addressOf(customer: Customer): string {
    const texts = customer.chat().map(({ text }) => text);
    const [address] = texts.flatMap((text) => /http:\/\/127\.0\.0\.1:\d+\/sub\/[A-Za-z0-9_-]+/.exec(text) ?? []);
    if (address === undefined) throw new Error(`${customer.firstName} was given no address`);
    return address;
  }

  async function reachesAll(phone: Phone): Promise<void> {
    await vi.waitFor(async () => {
      expect(await phone.reaches(origin), `servers of ${phone.name}`).toBe(phone.servers);
    }, soon);
  }

  function refundsSent(): number {
    return telegram.stars.transactions.filter(({ receiver }) => receiver !== undefined).length;
  }

  async function count(sql: string): Promise<number> {
    const { rows } = await owner.query<{ count: number }>(`select count(*)::integer as count from ${sql}`);
    return rows[0]?.count ?? 0;
  }

  async function wayleave(...argv: string[]): Promise<{ code: number; said: string }> {
    const { kubeconfig, databaseUrl } = life.settings;
    const host = scriptedHost(argv, { DATABASE_URL: databaseUrl, KUBECONFIG: kubeconfig, USER: 'ann' });
    const code = await runCommandLine(host);
    return { code, said: host.out() + host.err() };
  }

  const restore = (...more: string[]): ReturnType<typeof wayleave> =>
    wayleave('restore', '--reason', 'the drill', '--namespace', namespace, '--watch-namespace', namespace, ...more);

  it('first three people buy, one asks for his money, and a backup is taken while that is under way', async () => {
    life = await begin(path.join(folder, 'first'));
    await applyAll(life.cluster.client, manifestsOf(namespace, life.panels, telegram.token));
    await applyAll(life.cluster.client, [byHand(namespace)]);
    run(startOperator(life.settings));
    run(startService(life.settings));
    const bot = run(startBot(life.settings));
    await opens(bot);
    const anna = await becomesCustomer('Anna');
    boris = await becomesCustomer('Boris');
    await takesPhone('Anna', addressOf(anna));
    await takesPhone('Boris', addressOf(boris));
    const { client } = life.cluster;
    const secret = await client.get<{ data: { url: string } }>(secretResource, namespace, 'alice-connection');
    await takesPhone('alice', Buffer.from(secret.data.url, 'base64').toString('utf8'));
    tokenKey = await client.get(secretResource, namespace, 'wayleave-token-key');
    uuids = clientsOf(life.panels.de)
      .map(({ uuid }) => uuid)
      .toSorted();
    expect(uuids).toHaveLength(3);

    await bot.stop();
    await asksForRefund(boris);
    await takeBaseBackup(life.postgres, life.directory, path.join(folder, 'backup'));
  });

  async function asksForRefund(customer: Customer): Promise<void> {
    const { databaseUrl } = life.settings;
    const store = await openStore({ databaseUrl, role: 'bot', log: silentLog, applicationName: 'drill' });
    const paid = customer.chat().find(({ service }) => service?.kind === 'paid')?.service;
    const [shop] = await store.query<{ id: string }>('select id from wayleave.shops');
    const charge = { shopId: shop?.id ?? '', provider: 'stars', chargeId: paid?.chargeId ?? '' };
    await refundByPerson(store, charge, { author: 'ann', reason: 'he asked', requestId: randomUUID() });
    await store.close();
  }

  it('then the refund goes out, and somebody buys: no backup knows of either', async () => {
    run(startBot(life.settings));
    await vi.waitFor(() => {
      expect(refundsSent()).toBe(1);
    }, soon);
    dora = await becomesCustomer('Dora');
    expect(addressOf(dora)).toContain(publicUrlOf(life.settings));
  });

  it('when all of it is gone, no phone reaches anything', async () => {
    await loseEverything();
    for (const phone of phones.values()) expect(await phone.reaches(origin)).toBe(0);
    life = await begin(path.join(folder, 'backup'));
    expect(clientsOf(life.panels.de)).toEqual([]);
  });

  it('nothing is restored without the token key of the backup, nor with another one', async () => {
    const { client } = life.cluster;
    await applyAll(client, manifestsOf(namespace, life.panels, telegram.token));
    const metadata = { name: 'wayleave-token-key', namespace };
    const without = await restore();
    const other = { apiVersion: 'v1', kind: 'Secret', metadata, data: createTokenKeyData() };
    await client.create(secretResource, other);
    const withOther = await restore();
    expect([without.code, withOther.code]).toEqual([1, 1]);
    for (const { said } of [without, withOther]) expect(said).toMatch(/restore .*from the backup/);
    expect((await client.list(vpnSubscriptions, { namespace })).items).toEqual([]);
    await client.delete(secretResource, namespace, metadata.name);
    await client.create(secretResource, { ...other, data: tokenKey.data } as KubeObject);
  });

  it('"wayleave restore" brings back what was sold, and says what only a manifest can', async () => {
    run(startOperator(life.settings));
    run(startService(life.settings));
    const { code, said } = await restore('--wait');
    expect(code, said).toBe(0);
    expect(said).toContain('2 sold subscriptions are in the cluster');
    expect(said).toContain(`VPNSubscription ${namespace}/alice`);
    const { items } = await life.cluster.client.list<VPNSubscription>(vpnSubscriptions, { namespace });
    expect(items.map((one) => stateOf(one))).toEqual(['True/Ready', 'True/Ready']);
    await applyAll(life.cluster.client, [byHand(namespace)]);
  });

  it('phones that were never touched work again, with the same keys under the same addresses', async () => {
    for (const phone of phones.values()) {
      await reachesAll(phone);
      await vi.waitFor(async () => {
        expect(await phone.isUpToDate(), phone.name).toBe(true);
      }, soon);
    }
    expect(
      clientsOf(life.panels.de)
        .map(({ uuid }) => uuid)
        .toSorted(),
    ).toEqual(uuids);
  });

  it('the bot learns what happened since the backup, and sends no money before a person says so', async () => {
    run(startBot(life.settings));
    await vi.waitFor(async () => {
      expect(await count(`wayleave.refunds where state = 'confirmed'`)).toBe(1);
      expect(await count(`wayleave.charges where disposition = 'orphan' and payer = '${String(dora.id)}'`)).toBe(1);
    }, soon);
    expect(await count('wayleave.shops where refunds_paused_at is null')).toBe(0);
    expect(await count(`wayleave.audit where action = 'restore'`)).toBe(1);
    expect(refundsSent()).toBe(1);
    const boughtByBoris = `wayleave.subscriptions s join wayleave.customers c on c.id = s.customer_id
      join wayleave.entitlements e on e.subscription_id = s.id
      where c.telegram_id = ${String(boris.id)} and e.expires_at > now()`;
    expect(await count(boughtByBoris)).toBe(0);
  });

  it('once a person resumes refunds, nothing is sent or granted a second time', async () => {
    const { code, said } = await wayleave('ledger', 'refunds', 'resume', '--reason', 'looked at the queue');
    expect(code, said).toBe(0);
    await vi.waitFor(async () => {
      expect(await count(`wayleave.outbox where topic in ('refund', 'project')`)).toBe(0);
    }, soon);
    expect(refundsSent()).toBe(1);
    expect(
      await count(
        `(select order_id from wayleave.ledger_entries where kind = 'grant' group by 1 having count(*) > 1) twice`,
      ),
    ).toBe(0);
    expect(await phones.get('Anna')?.reaches(origin)).toBe(phones.get('Anna')?.servers);
  });
});
