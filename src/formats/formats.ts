import type { SubscriptionFormat } from './format.ts';
import { base64Links, plainLinks } from './link-list.ts';

/** Every format that can be asked for by name, the default first. */
export const subscriptionFormats: readonly [SubscriptionFormat, ...SubscriptionFormat[]] = [base64Links, plainLinks];
