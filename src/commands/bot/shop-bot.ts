import { toBuffer } from 'qrcode';
import { vpnSubscriptions, type VPNSubscription } from '../../api/index.ts';
import { adminModule } from '../../bot/admin/module.ts';
import type { ShopView } from '../../bot/context.ts';
import { noticesModule } from '../../bot/notices/module.ts';
import { ShopBot } from '../../bot/shop-bot.ts';
import { supportModule } from '../../bot/support/module.ts';
import type { ShopSettings } from '../../controllers/shop/ports.ts';
import { starsMessages } from '../../payments/stars/messages.ts';
import { createLinks } from './links.ts';
import type { BotParts } from './parts.ts';

/** A customer waits for the screen that asks. */
const lookUpTimeoutMs = 2_000;

/** The bot of one shop, with everything that it asks of the rest of the program. */
export function createShopBot(parts: BotParts, settings: ShopSettings, view: () => ShopView): ShopBot {
  const { client, store, plans, panels, tokenKeys } = parts;
  const { namespace, token, spec } = settings;
  return new ShopBot({
    ...parts,
    view,
    token,
    apiRoot: parts.telegramApiUrl,
    modules: [adminModule, supportModule(parts.metrics.notices), noticesModule],
    metrics: parts.metrics.bot,
    ports: {
      catalogue: { plans: () => [...plans.cache.byIndex('namespace', namespace)] },
      resources: {
        find: (name) => client.find<VPNSubscription>(vpnSubscriptions, namespace, name, { timeoutMs: lookUpTimeoutMs }),
        panels: () => [...panels.cache.byIndex('namespace', namespace)],
      },
      links: createLinks({
        store,
        tokenKeys,
        publicUrl: () => (view().spec.publicUrl ?? parts.publicUrl).replace(/\/+$/, ''),
      }),
      stars: starsMessages(spec.mode === 'Live'),
      qr: { render: (text) => toBuffer(text, { errorCorrectionLevel: 'M', margin: 2, width: 512 }) },
    },
  });
}
