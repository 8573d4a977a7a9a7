import type { VPNShop } from '../../api/index.ts';
import { botCredentials } from '../../controllers/shop/bot-token.ts';
import { readShopSecrets } from '../../controllers/shop/secrets.ts';
import { isKubeError, keyOf, type KubeClient } from '../../kube/index.ts';
import type { ShopRecord } from '../../ledger/index.ts';
import { probeBot } from '../bot/telegram-probe.ts';
import { outOfReach, type Check } from './finding.ts';
import { judgeShop, type TelegramAnswer } from './judge-shop.ts';
import type { Surroundings } from '../surroundings.ts';

/** Each shop: what the bot says of it, whether Telegram takes its token, and whether its refunds go out. */
export function shopChecks({ shops, books, cluster, telegramApiUrl }: Surroundings): readonly Check[] {
  if ('why' in shops || 'why' in cluster) {
    return [outOfReach('shops', 'why' in shops ? `cannot be listed: ${shops.why}` : 'the cluster is out of reach')];
  }
  const records = 'it' in books ? books.it : [];
  return shops.it.map((shop) => ({
    name: `shop ${keyOf(shop)}`,
    look: async () => judgeShop(shop, recordOf(records, shop), await askTelegram(cluster.it, shop, telegramApiUrl)),
  }));
}

function recordOf(records: readonly ShopRecord[], { metadata }: VPNShop): ShopRecord | undefined {
  return records.find(({ namespace, name }) => name === metadata.name && namespace === metadata.namespace);
}

async function askTelegram(client: KubeClient, shop: VPNShop, apiUrl: string): Promise<TelegramAnswer> {
  const { name } = shop.spec.bot.tokenSecretRef;
  try {
    const credentials = botCredentials((await readShopSecrets(client, shop)).get(name), name);
    if (credentials.token === undefined) return { outcome: 'TokenMissing', message: credentials.missing };
    return await probeBot(credentials.token, apiUrl);
  } catch (thrown) {
    if (!isKubeError(thrown, 'KUBE_FORBIDDEN')) throw thrown;
    return { outcome: 'NotAsked', message: 'this account may not read the Secret of its bot' };
  }
}
