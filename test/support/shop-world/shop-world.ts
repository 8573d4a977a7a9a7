import pg from 'pg';
import { vi } from 'vitest';
import {
  labels,
  vpnPlans,
  vpnShops,
  type VPNPlan,
  type VPNPlanSpec,
  type VPNShopSpec,
} from '../../../src/api/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { addAdmin, ensureShop, type ShopRecord } from '../../../src/ledger/index.ts';
import { openStore, type Store } from '../../../src/store/index.ts';
import { secretResource } from '../manifests.ts';
import { botSecret, providerSecret, vpnShop } from '../shops.ts';
import type { ThreeXuiSimulator } from '../simulators/3x-ui/index.ts';
import { startTelegramSimulator, type Customer, type TelegramSimulator } from '../simulators/telegram/index.ts';
import { createWorld, type World } from '../world/world.ts';

/** A shop for test money: cluster, Postgres, operator and panels as in production, and a simulated Telegram. */
export interface ShopWorld {
  readonly world: World;
  readonly telegram: TelegramSimulator;
  readonly panels: readonly ThreeXuiSimulator[];
  readonly shop: ShopRecord;
  /** With the rights of the bot. */
  readonly store: Store;
  /** The superuser, for looking on. */
  readonly owner: pg.Pool;
  /** The seller. */
  readonly admin: Customer;
  /** Stops whatever was started, bots excepted. */
  end(): Promise<void>;
}

export const shopName = 'main';

const sold = { matchLabels: { [labels.demo]: 'true' } };
const plans: Readonly<Record<string, Partial<VPNPlanSpec>>> = {
  trial: { title: { default: 'A taste' }, period: 'P3D', visibility: 'Trial' },
  month: {
    title: { default: 'A month' },
    period: 'P30D',
    prices: [
      { currency: 'XTR', amount: '150' },
      { currency: 'RUB', amount: '299' },
    ],
  },
};

/**
 * @param bot how updates come; polling unless told otherwise
 * @param startOperator in this process unless told otherwise; whoever starts another one ends it
 */
export async function createShopWorld(
  bot: Partial<VPNShopSpec['bot']> = {},
  startOperator: (world: World) => void = (world) => void world.startOperator(),
): Promise<ShopWorld> {
  const world = await createWorld();
  const telegram = await startTelegramSimulator({ webhook: { retryUnitMs: 100 } });
  const owner = new pg.Pool({ connectionString: world.databaseUrl, max: 3 });
  const store = await openStore({
    databaseUrl: world.databaseUrl,
    role: 'bot',
    log: silentLog,
    applicationName: 'shop-world',
    poolSize: 3,
  });
  const shop = await ensureShop(store, { namespace: world.namespace, name: shopName, mode: 'test' });
  const admin = telegram.user({ firstName: 'Olga' });
  await addAdmin(store, { shopId: shop.id, telegramId: admin.id, name: 'Olga', role: 'owner', addedBy: 'a test' });
  const onSale = { labels: { [labels.demo]: 'true' } };
  const panels = [await world.addPanel('nl', onSale), await world.addPanel('de', onSale)];
  startOperator(world);
  await openShop(world, telegram.token, bot);
  return {
    world,
    telegram,
    panels,
    shop,
    store,
    owner,
    admin,
    async end() {
      await telegram.stop();
      await store.close();
      await owner.end();
      await world.end();
    },
  };
}

async function openShop(world: World, token: string, bot: Partial<VPNShopSpec['bot']>): Promise<void> {
  const { namespace } = world;
  await world.apply(secretResource, botSecret({ name: 'bot', namespace }, { token }));
  await world.apply(
    secretResource,
    providerSecret({ name: 'card', namespace }, { instructions: '2200 0000 0000 0000' }),
  );
  for (const [name, spec] of Object.entries(plans)) await world.plan(name, { panelSelector: sold, ...spec });
  const card = {
    name: 'card',
    provider: 'Manual',
    currency: 'RUB',
    secretRef: { name: 'card' },
    title: { default: 'Bank card' },
  };
  await world.apply(
    vpnShops,
    vpnShop(
      { name: shopName, namespace },
      {
        mode: 'Test',
        bot: { tokenSecretRef: { name: 'bot' }, ...bot },
        trial: { plan: 'trial' },
        payments: { methods: [{ name: 'stars', provider: 'Stars' }, card] },
      },
    ),
  );
  await vi.waitFor(
    async () => {
      for (const name of Object.keys(plans)) {
        const plan = await world.client.get<VPNPlan>(vpnPlans, namespace, name);
        if (plan.status?.sellable !== true) throw new Error(`plan ${name} cannot be sold yet`);
      }
    },
    { timeout: 120_000, interval: 100 },
  );
}
