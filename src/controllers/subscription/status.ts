import {
  clip,
  SHORT_MESSAGE_LENGTH,
  type Condition,
  type PanelDelivery,
  type SubscriptionReason,
  type VPNSubscription,
  type VPNSubscriptionStatus,
} from '../../api/index.ts';
import { setCondition } from '../../kube/index.ts';
import type { Access } from './desired.ts';
import { maxPanelsPerSubscription } from './effective-spec.ts';

/** Where one panel stands with what is desired now. */
export interface Delivery {
  readonly panel: string;
  readonly state: 'Confirmed' | 'Pending' | 'Removing';
  /** The generation of keys that was last confirmed there, 0 for none. */
  readonly generation: number;
  readonly confirmedAt: Date | undefined;
  readonly reason?: SubscriptionReason;
  readonly message?: string;
}

export interface SubscriptionView {
  /** Undefined before it has an identity. */
  readonly subscriptionId: string | undefined;
  readonly access: Access;
  readonly deliveries: readonly Delivery[];
  readonly minPanels: number;
  /** What stops it as a whole, before any panel is asked. */
  readonly problem: { readonly reason: SubscriptionReason; readonly message: string } | undefined;
}

const accessMessages: Record<Access['reason'], string> = {
  Ready: '',
  Suspended: 'spec.suspended is set: access is off until it is false',
  AccessDenied: 'the entitlement is denied: access is off',
  Expired: 'spec.expiresAt has passed: access is off until it is extended',
  Limited: 'the traffic limit is used up: access is off until it is reset or raised',
};

/** What a VPNSubscription shows. Pure; the same view gives the same status, so nothing is written for nothing. */
export function subscriptionStatus(
  subscription: VPNSubscription,
  view: SubscriptionView,
  now: Date,
): VPNSubscriptionStatus {
  const wanted = view.deliveries.filter(({ state }) => state !== 'Removing');
  const confirmed = wanted.filter(({ state }) => state === 'Confirmed').length;
  const { generation } = subscription.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  const provisioned = wanted.filter((delivery) => delivery.generation > 0).length;
  const { expired, limited } = view.access;
  const values: Omit<Condition, 'lastTransitionTime'>[] = [
    { type: 'Ready', ...judgeReady(view, confirmed, wanted.length) },
    {
      type: 'Provisioned',
      status: provisioned >= view.minPanels ? 'True' : 'False',
      reason: provisioned >= view.minPanels ? 'Ready' : 'Provisioning',
      message: `on ${String(provisioned)} of ${String(wanted.length)} panels, ${String(view.minPanels)} needed`,
    },
    expired
      ? {
          type: 'Expired',
          status: 'True',
          reason: 'Expired',
          message: `expired at ${subscription.spec.expiresAt ?? ''}`,
        }
      : { type: 'Expired', status: 'False', reason: 'NotExpired', message: '' },
    limited
      ? { type: 'Limited', status: 'True', reason: 'Limited', message: accessMessages.Limited }
      : { type: 'Limited', status: 'False', reason: 'NotLimited', message: '' },
  ];
  let conditions: Condition[] = [...(subscription.status?.conditions ?? [])];
  for (const value of values) conditions = setCondition(conditions, { ...value, ...observed }, now);
  const { entitlementRevision } = subscription.spec;
  return {
    ...observed,
    ...(entitlementRevision === undefined ? {} : { observedRevision: entitlementRevision }),
    ...(view.subscriptionId === undefined ? {} : { subscriptionId: view.subscriptionId }),
    delivered: `${String(confirmed)}/${String(wanted.length)}`,
    panels: view.deliveries.slice(0, maxPanelsPerSubscription).map(deliveryStatus),
    conditions,
  };
}

function judgeReady(
  { access, problem, deliveries, minPanels }: SubscriptionView,
  confirmed: number,
  wanted: number,
): { status: 'True' | 'False'; reason: SubscriptionReason; message: string } {
  const missing = deliveries.filter(({ state }) => state === 'Pending').map(({ panel }) => panel);
  const told = missing.length === 0 ? '' : `; not told yet: ${missing.join(', ')}`;
  if (problem?.reason === 'Paused') return { status: 'False', ...problem };
  if (access.reason !== 'Ready') {
    return { status: 'False', reason: access.reason, message: `${accessMessages[access.reason]}${told}` };
  }
  if (problem !== undefined) return { status: 'False', ...problem };
  if (confirmed === wanted)
    return { status: 'True', reason: 'Ready', message: `ready on ${String(wanted)} of ${String(wanted)} panels` };
  const reason = confirmed >= minPanels ? 'PartiallyProvisioned' : 'Provisioning';
  return {
    status: 'False',
    reason,
    message: `ready on ${String(confirmed)} of ${String(wanted)} panels${told}; the rest arrives by itself`,
  };
}

function deliveryStatus({ panel, state, generation, confirmedAt, reason, message }: Delivery): PanelDelivery {
  return {
    name: panel,
    state,
    generation,
    ...(confirmedAt === undefined ? {} : { confirmedAt: `${confirmedAt.toISOString().slice(0, 19)}Z` }),
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message: clip(message, SHORT_MESSAGE_LENGTH) }),
  };
}
