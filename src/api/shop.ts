import type { Static } from 'typebox';

import type { CustomResource } from './meta.ts';
import type { shopStatus } from './schema/shop-status.ts';
import type { shopSpec } from './schema/shop.ts';

/** As the API server serves it: fields with a default are always there. */
export type VPNShopSpec = Static<typeof shopSpec>;
export type VPNShopStatus = Static<typeof shopStatus>;
export type VPNShop = CustomResource<'VPNShop', VPNShopSpec, VPNShopStatus>;

export type ShopMode = VPNShopSpec['mode'];
export type ShopUpdates = VPNShopSpec['bot']['updates'];
/** A payment method as the seller asked for it. */
export type ShopMethodSpec = VPNShopSpec['payments']['methods'][number];
export type ShopProvider = ShopMethodSpec['provider'];
/** A payment method as customers can use it, or not. */
export type ShopMethodStatus = NonNullable<VPNShopStatus['methods']>[number];
export type ShopWebhookStatus = NonNullable<VPNShopStatus['webhook']>;
