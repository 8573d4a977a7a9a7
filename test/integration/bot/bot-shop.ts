import { toBuffer } from 'qrcode';
import { onTestFinished } from 'vitest';
import { GROUP_VERSION, type VPNPlan, type VPNShopSpec, type VPNSubscription } from '../../../src/api/index.ts';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import type { ShopMethod, ShopView } from '../../../src/bot/context.ts';
import type { BotModule } from '../../../src/bot/module.ts';
import type { BotMetrics } from '../../../src/bot/ports.ts';
import { ProgressWorker } from '../../../src/bot/progress.ts';
import { ShopBot } from '../../../src/bot/shop-bot.ts';
import { loadTexts } from '../../../src/bot/texts.ts';
import { ManualProvider } from '../../../src/payments/manual/provider.ts';
import { starsApiOf } from '../../../src/payments/stars/api.ts';
import { starsMessages } from '../../../src/payments/stars/messages.ts';
import { StarsProvider } from '../../../src/payments/stars/provider.ts';
import type { Store } from '../../../src/store/index.ts';
import { openTestShop, type TestShop } from '../../support/money/shop.ts';
import { startTelegramSimulator, type TelegramSimulator } from '../../support/simulators/telegram/index.ts';
import { servedShopOf } from '../../support/shops.ts';

/** A bot at work: simulated Telegram, real Postgres; what the cluster would say is settable. */
export interface BotShop extends TestShop {
  readonly telegram: TelegramSimulator;
  readonly bot: ShopBot;
  /** Settable. */
  spec: VPNShopSpec;
  plans: readonly VPNPlan[];
  methods: readonly ShopMethod[];
  opensApps: boolean;
  /** What the operator would have put into `status.delivered`, by name of the resource. */
  readonly delivered: Map<string, string>;
  /** The cluster does not answer. Settable. */
  clusterIsDown: boolean;
  /** Warnings about texts: none are expected. */
  readonly textWarnings: readonly string[];
  readonly refusals: readonly string[];
  /** What the operator does: the panels hold what is wanted, and enough of them. */
  deliver(subscriptionId: string, delivered: string): Promise<void>;
}

export interface BotShopOptions {
  readonly spec?: Partial<VPNShopSpec>;
  readonly plans?: readonly VPNPlan[];
  readonly modules?: readonly BotModule[];
  readonly channels?: readonly string[];
  /** Who keep progress messages up to date; 1 unless told otherwise. */
  readonly workers?: number;
}

export function plan(name: string, changes: Partial<VPNPlan['spec']> = {}): VPNPlan {
  return {
    apiVersion: GROUP_VERSION,
    kind: 'VPNPlan',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    spec: {
      title: { default: `${name} plan`, ru: `тариф ${name}` },
      period: 'P30D',
      trafficReset: 'Never',
      minPanels: 1,
      visibility: 'Public',
      order: 0,
      prices: [{ currency: 'XTR', amount: '150' }],
      ...changes,
    },
    status: { sellable: true },
  };
}

export async function openBotShop(options: BotShopOptions = {}): Promise<BotShop> {
  const base = await openTestShop({ mode: 'test' });
  const { store, shop } = base;
  const telegram = await startTelegramSimulator({ channels: options.channels ?? [] });
  onTestFinished(() => telegram.stop());
  const textWarnings: string[] = [];
  const refusals: string[] = [];
  const metrics: BotMetrics = {
    updateHandled: () => undefined,
    telegramError: () => undefined,
    webhookFailed: () => undefined,
    chargeRecorded: () => undefined,
    checkoutRefused: (reason) => void refusals.push(reason),
  };
  const serials = new Map<string, number>();
  const addressOf = (id: string): string => `https://sub.example.com/sub/${id}-${serials.get(id) ?? 1}`;
  const bot = new ShopBot({
    view: (): ShopView => ({
      shop,
      spec: made.spec,
      userName: telegram.botUsername,
      methods: made.methods,
      opensApps: made.opensApps,
    }),
    token: telegram.token,
    apiRoot: telegram.apiUrl,
    store,
    texts: loadTexts((warning) => textWarnings.push(warning)),
    modules: options.modules ?? [],
    metrics,
    clock: systemClock,
    random: Math.random,
    log: silentLog,
    ports: {
      catalogue: { plans: () => made.plans },
      resources: {
        find: async (name) => {
          if (made.clusterIsDown) throw new Error('the cluster does not answer');
          const delivered = made.delivered.get(name);
          return delivered === undefined
            ? undefined
            : ({ status: { delivered, observedRevision: 1000 } } as VPNSubscription);
        },
        panels: () => [],
      },
      links: {
        address: async (id) => {
          if (made.clusterIsDown) throw new Error('there is no key');
          return addressOf(id);
        },
        renew: async (id) => {
          serials.set(id, (serials.get(id) ?? 1) + 1);
          return addressOf(id);
        },
      },
      stars: starsMessages(false),
      qr: { render: (text) => toBuffer(text) },
    },
  });
  const stars = new StarsProvider(starsApiOf(bot.shop.telegram.api), { live: false });
  const made: BotShop = {
    ...base,
    telegram,
    bot,
    textWarnings,
    refusals,
    spec: servedShopOf({ mode: 'Test', ...options.spec }).spec,
    plans: options.plans ?? [plan('month')],
    methods: [{ name: 'stars', title: {}, provider: stars, currency: 'XTR' }],
    opensApps: false,
    delivered: new Map(),
    clusterIsDown: false,
    deliver: async (subscriptionId, delivered) => {
      made.delivered.set(`sub-${subscriptionId}`, delivered);
      await base.owner.query(
        'update wayleave.entitlements set provisioned_revision = revision where subscription_id = $1',
        [subscriptionId],
      );
    },
  };
  const stop = new AbortController();
  const workers = Array.from({ length: options.workers ?? 1 }, () => progressWorker(made, store).run(stop.signal));
  const running = Promise.all([bot.runPolling(stop.signal), ...workers]);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  return made;
}

export function progressWorker(
  { bot, shop }: Pick<BotShop, 'shop'> & { readonly bot: Pick<ShopBot, 'shop'> },
  store: Store,
  clock: Clock = systemClock,
): ProgressWorker {
  return new ProgressWorker({
    store,
    clock,
    random: Math.random,
    log: silentLog,
    shopOf: (id) => (id === shop.id ? bot.shop : undefined),
  });
}

/** A card transfer beside Stars, as the shop and as its bot have it. */
export function addTransfers(shop: BotShop): void {
  const title = { default: 'Card', ru: 'Карта' };
  const provider = new ManualProvider({ instructions: 'Card 2200 1234 5678 9010, A. Example' });
  shop.methods = [...shop.methods, { name: 'card', title, provider, currency: 'RUB' }];
  const { methods } = shop.spec.payments;
  const card = { name: 'card', provider: 'Manual', title, currency: 'RUB', enabled: true } as const;
  shop.spec = { ...shop.spec, payments: { ...shop.spec.payments, methods: [...methods, card] } };
}

/** The subscription that was bought last. */
export async function newestSubscription({ store }: BotShop): Promise<string> {
  const [row] = await store.query<{ id: string }>(
    'select id from wayleave.subscriptions order by created_at desc, id desc limit 1',
  );
  if (row === undefined) throw new Error('there is no subscription');
  return row.id;
}
