import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { vpnPlans, vpnShops } from '../../../src/api/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { loadKubeClient, type KubeClient, type KubeObject, type Resource } from '../../../src/kube/index.ts';
import { ensureShop, type ShopRecord } from '../../../src/ledger/index.ts';
import { migrate, openStore, type Store } from '../../../src/store/index.ts';
import type { Environment } from '../../support/environment.ts';
import { secretResource, vpnPlan } from '../../support/manifests.ts';
import { startPostgres, type Postgres } from '../../support/postgres.ts';
import { waitUntil } from '../../support/processes.ts';
import { botSecret, vpnShop } from '../../support/shops.ts';
import type { BenchContext } from '../measurement.ts';
import { BenchBot } from './bot-process.ts';
import { asOwner, type SeedTarget } from './seed.ts';

/** Telegram shows it with each update: who does not know it is nobody. */
export const webhookSecret = 'bench-webhook-secret';
const shopName = 'bench';
const fieldManager = 'bench';

/** Settings of a small server of one's own. An fsync for each commit: a payment that was confirmed is on disk. */
const settings = {
  shared_buffers: '1GB',
  max_wal_size: '8GB',
  checkpoint_timeout: '30min',
  maintenance_work_mem: '256MB',
};

/** A shop with a namespace and a Postgres of its own. */
export class ShopSite {
  readonly namespace: string;
  readonly databaseUrl: string;
  readonly shop: ShopRecord;
  readonly store: Store;
  readonly client: KubeClient;
  readonly postgres: Postgres;
  readonly #environment: Environment;
  readonly #context: BenchContext;

  private constructor(
    environment: Environment,
    context: BenchContext,
    parts: Pick<ShopSite, 'namespace' | 'databaseUrl' | 'shop' | 'store' | 'client' | 'postgres'>,
  ) {
    this.#environment = environment;
    this.#context = context;
    this.namespace = parts.namespace;
    this.databaseUrl = parts.databaseUrl;
    this.shop = parts.shop;
    this.store = parts.store;
    this.client = parts.client;
    this.postgres = parts.postgres;
  }

  static async open(environment: Environment, context: BenchContext, purpose: string): Promise<ShopSite> {
    const namespace = `bench-${purpose}-${randomUUID().slice(0, 8)}`;
    const directory = path.join(environment.directory, namespace);
    const postgres = await startPostgres({ directory, durable: true, settings });
    await postgres.createDatabase(namespace);
    const databaseUrl = postgres.urlOf(namespace);
    await migrate({ databaseUrl, log: silentLog });
    const store = await openStore({
      databaseUrl,
      role: 'bot',
      poolSize: 10,
      log: silentLog,
      applicationName: 'bench',
      statementTimeoutMs: 60_000,
    });
    const shop = await ensureShop(store, { namespace, name: shopName, mode: 'test' });
    const { kubeconfig } = environment.plane;
    const client = await loadKubeClient({ kubeconfig, log: silentLog, userAgent: 'wayleave-bench' });
    const site = new ShopSite(environment, context, { namespace, databaseUrl, shop, store, client, postgres });
    await site.#apply(namespaceResource, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    return site;
  }

  /** Subscriptions that were sold here; the bot looks after those of its own namespace only. */
  target({ isProjected }: { readonly isProjected: boolean }): SeedTarget {
    const { databaseUrl, shop, namespace } = this;
    return { databaseUrl, shopId: shop.id, namespace: isProjected ? namespace : 'bench-bulk' };
  }

  /** Opens the shop for the bot of a token, with updates by webhook. */
  async openShop(token: string): Promise<void> {
    const { namespace } = this;
    await this.#apply(secretResource, botSecret({ name: 'bot', namespace }, { token, webhookSecret }));
    await this.#apply(
      vpnPlans,
      vpnPlan({ name: 'month', namespace }, { prices: [{ currency: 'XTR', amount: '150' }] }),
    );
    const bot = { tokenSecretRef: { name: 'bot' }, updates: 'Webhook', webhookUrl: 'https://bot.example.com' };
    await this.#apply(vpnShops, vpnShop({ name: shopName, namespace }, { mode: 'Test', bot }));
  }

  /** Returns when it serves the webhook of the shop. */
  async startBot(telegramApiUrl: string): Promise<BenchBot> {
    const { plane, directory } = this.#environment;
    const { databaseUrl, namespace, shop } = this;
    const bot = await BenchBot.spawn(
      { kubeconfig: plane.kubeconfig, databaseUrl, namespace, telegramApiUrl },
      { directory, profileDirectory: this.#context.profileDirectory },
    );
    await bot.untilServing(shop.id);
    return bot;
  }

  /**
   * Returns when the bot has carried into the cluster and said to customers what was bought so far. Nobody delivers here, so
   * the messages that wait for a delivery are ended.
   */
  async settle(): Promise<void> {
    const waiting = `
      select from wayleave.outbox w left join wayleave.orders o on w.topic = 'progress' and o.id = w.key::uuid
      where w.topic = 'project' or o.message_id is null
      union all select from wayleave.notices where state in ('waiting', 'sending') limit 1`;
    const isQuiet = async (): Promise<boolean> => (await this.store.query(waiting)).length === 0;
    await waitUntil('what was bought before is carried on', isQuiet, { timeoutMs: 300_000, intervalMs: 500 });
    await asOwner(this.databaseUrl, (run) => run(`delete from wayleave.outbox where topic = 'progress'`));
  }

  async close(): Promise<void> {
    await this.store.close();
    await this.client.close();
    await this.postgres.stop();
  }

  async #apply(resource: Resource, object: KubeObject): Promise<void> {
    await this.client.apply(resource, object, { fieldManager, force: true });
  }
}

const namespaceResource: Resource = {
  group: '',
  version: 'v1',
  plural: 'namespaces',
  kind: 'Namespace',
  namespaced: false,
};
