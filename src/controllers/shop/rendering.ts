import type { VPNShopSpec } from '../../api/index.ts';
import type { ShopRendering } from '../../store/index.ts';

export interface BotPlace {
  /** Without its @; undefined until the bot has answered once. */
  readonly userName: string | undefined;
  /** Where a simulated Telegram has its chat: a bot of that name at Telegram itself may be anybody's. */
  readonly simulatorUrl: string | undefined;
}

/** What the subscription service shows in the shop's name: nothing secret, and nothing that it does not need. */
export function shopRendering(spec: VPNShopSpec, { userName, simulatorUrl }: BotPlace): ShopRendering {
  const { languages, timeZone, publicUrl, support, subscriptions = {} } = spec;
  const { title, updateIntervalHours, webPageUrl, announce, apps, happ, otherPublicUrls = [] } = subscriptions;
  const supportUrl = supportUrlOf(support);
  const publicUrls = [publicUrl, ...otherPublicUrls]
    .filter((url) => url !== undefined)
    .map((url) => url.replace(/\/+$/, ''));
  return {
    language: languages.default,
    ...(title === undefined ? {} : { title }),
    ...(updateIntervalHours === undefined ? {} : { updateIntervalHours }),
    ...(supportUrl === undefined ? {} : { supportUrl }),
    ...(userName === undefined ? {} : { botUrl: simulatorUrl ?? telegramUrl(userName) }),
    timeZone,
    ...(webPageUrl === undefined ? {} : { webPageUrl }),
    ...(announce === undefined ? {} : { announce }),
    ...(apps === undefined ? {} : { apps }),
    ...(happ === undefined ? {} : { happ }),
    ...(publicUrls.length === 0 ? {} : { publicUrls: [...new Set(publicUrls)] }),
  };
}

function supportUrlOf(support: VPNShopSpec['support']): string | undefined {
  if (support?.url !== undefined || support?.telegram === undefined) return support?.url;
  return telegramUrl(support.telegram.replace(/^@/, ''));
}

/** @param userName without its @ */
function telegramUrl(userName: string): string {
  return `https://t.me/${userName}`;
}
