import type { Static } from 'typebox';

import type { CustomResource } from './meta.ts';
import type { subscriptionSpec, subscriptionStatus } from './schema/subscription.ts';

/** As the API server serves it: fields with a default are always there. */
export type VPNSubscriptionSpec = Static<typeof subscriptionSpec>;
export type VPNSubscriptionStatus = Static<typeof subscriptionStatus>;
export type VPNSubscription = CustomResource<'VPNSubscription', VPNSubscriptionSpec, VPNSubscriptionStatus>;

export type PanelDelivery = NonNullable<VPNSubscriptionStatus['panels']>[number];
export type TrafficReset = NonNullable<VPNSubscriptionSpec['trafficReset']>;
