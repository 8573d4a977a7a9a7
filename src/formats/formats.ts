import type { SubscriptionFormat } from './format.ts';
import { base64Links, plainLinks } from './link-list.ts';
import { mihomo } from './mihomo.ts';
import { singBox, singBoxLegacy } from './sing-box.ts';
import { xrayJson } from './xray-json.ts';

/** Every format that can be asked for by name, the default first. */
export const subscriptionFormats: readonly [SubscriptionFormat, ...SubscriptionFormat[]] = [
  base64Links,
  plainLinks,
  mihomo,
  singBox,
  singBoxLegacy,
  xrayJson,
];
