import type { Static } from 'typebox';

import type { condition } from './schema/shared.ts';

/** One observation about a resource, in Kubernetes' own shape. */
export type Condition = Static<typeof condition>;

/** The conditions of a VPNPanel, and what `True` means. */
export const panelConditions = {
  Ready: 'the panel is reachable, supported and manageable, and can take subscriptions',
  Reachable: 'the last reading had an answer; the transition time says since when it has or has not',
  Supported: 'the product and version are known and as `driver` says, so the panel may be written to',
  DuplicatePanel: 'an older VPNPanel stands for the same panel, so nothing is written through this one',
  RevocationsHeld: 'too many clients would be removed at once; a person has to allow it',
  ClockSkewed: 'the clock of the panel differs from ours, so its own expiry would come early or late',
} as const;
export type PanelConditionType = keyof typeof panelConditions;

/** The conditions of a VPNPlan, and what `True` means. */
export const planConditions = {
  Sellable: 'at least `minPanels` selected panels are reachable, usable and have room',
  Ready: 'all selected panels are; for information only',
} as const;
export type PlanConditionType = keyof typeof planConditions;

/** The conditions of a VPNSubscription, and what `True` means. */
export const subscriptionConditions = {
  Ready: 'the customer has access on every panel that the subscription is meant for',
  Provisioned: 'it is confirmed on at least `minPanels` panels, so the customer can connect',
  Expired: '`expiresAt` has passed',
  Limited: 'the traffic limit is used up',
} as const;
export type SubscriptionConditionType = keyof typeof subscriptionConditions;

/** The conditions of a VPNShop, and what `True` means. */
export const shopConditions = {
  Ready: 'customers can buy: the bot answers, updates come in, and every payment method that is enabled can be used',
  OnlyShop: 'no older VPNShop in the namespace is served instead of this one',
  BotReachable: 'Telegram accepted the token when it was last asked',
  WebhookSet: 'Telegram sends updates to our address; `False` with reason `NotUsed` where updates are polled',
  PaymentsReady: 'at least one payment method can be used, and none that is enabled is broken',
  RefundsPaused: 'refunds wait until a person resumes them, for example after a restore',
} as const;
export type ShopConditionType = keyof typeof shopConditions;
