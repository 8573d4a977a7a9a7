import type { VPNShopSpec } from '../../api/index.ts';
import type { ShopRendering } from '../../store/index.ts';

/** What the subscription service shows in the shop's name: nothing secret, and nothing that it does not need. */
export function shopRendering(spec: VPNShopSpec): ShopRendering {
  const { languages, publicUrl, support, subscriptions = {} } = spec;
  const { title, updateIntervalHours, webPageUrl, announce, apps, happ, otherPublicUrls = [] } = subscriptions;
  const supportUrl = support?.url ?? (support?.telegram === undefined ? undefined : telegramUrl(support.telegram));
  const publicUrls = [publicUrl, ...otherPublicUrls]
    .filter((url) => url !== undefined)
    .map((url) => url.replace(/\/+$/, ''));
  return {
    language: languages.default,
    ...(title === undefined ? {} : { title }),
    ...(updateIntervalHours === undefined ? {} : { updateIntervalHours }),
    ...(supportUrl === undefined ? {} : { supportUrl }),
    ...(webPageUrl === undefined ? {} : { webPageUrl }),
    ...(announce === undefined ? {} : { announce }),
    ...(apps === undefined ? {} : { apps }),
    ...(happ === undefined ? {} : { happ }),
    ...(publicUrls.length === 0 ? {} : { publicUrls: [...new Set(publicUrls)] }),
  };
}

/** @param userName with its @ */
function telegramUrl(userName: string): string {
  return `https://t.me/${userName.slice(1)}`;
}
