import {
  parseQuantityBytes,
  type TrafficReset,
  type VPNPlan,
  type VPNPlanSpec,
  type VPNSubscription,
} from '../../api/index.ts';
import { TerminalError } from '../../kube/index.ts';

/** A subscription is on at most this many panels: its status lists them. */
export const maxPanelsPerSubscription = 20;

export interface EffectiveSpec {
  /** Undefined: all panels of the namespace. */
  readonly panelSelector: VPNPlanSpec['panelSelector'];
  readonly maxPanels: number;
  readonly minPanels: number;
  readonly limitBytes: bigint | undefined;
  readonly trafficReset: TrafficReset;
  readonly deviceLimit: number | undefined;
  readonly title: Readonly<Record<string, string>>;
  /** Undefined: never. */
  readonly expiresAtMs: number | undefined;
}

/**
 * What a subscription says itself, filled up with what its plan says. One that was bought carries a snapshot and does not
 * look at its plan: a plan that changes must not change what somebody paid for.
 *
 * @returns undefined when it leaves open which panels it is on and its plan does not exist
 */
export function effectiveSpec(subscription: VPNSubscription, itsPlan: VPNPlan | undefined): EffectiveSpec | undefined {
  const own = subscription.spec;
  const plan = own.entitlementRevision === undefined ? itsPlan : undefined;
  if (own.panelSelector === undefined && plan === undefined) return undefined;
  const { panelSelector, placement, minPanels, trafficLimit, trafficReset, deviceLimit, title } = {
    ...plan?.spec,
    ...own,
  };
  return {
    panelSelector,
    maxPanels: placement?.maxPanels ?? maxPanelsPerSubscription,
    minPanels: minPanels ?? 1,
    limitBytes: trafficLimit === undefined ? undefined : parseQuantityBytes(trafficLimit),
    trafficReset: trafficReset ?? 'Never',
    deviceLimit,
    title: title ?? {},
    expiresAtMs: expiryMs(own.expiresAt),
  };
}

/** Panels take a smaller number for one in seconds, and 0 for never. */
const earliestMs = Date.UTC(1974, 0, 1);
/** Postgres reads four-digit years only. */
const latestMs = Date.UTC(9999, 11, 31);

/**
 * An end of access as everybody downstream can hold it: whatever lies too far in the past or the future for that is as
 * good as the earliest or the latest that does not.
 *
 * @returns epoch milliseconds, undefined for never
 * @throws TerminalError when it is no instant at all: that must mean neither "never" nor "long ago"
 */
export function expiryMs(expiresAt: string | undefined): number | undefined {
  if (expiresAt === undefined) return undefined;
  const ms = Date.parse(expiresAt);
  if (Number.isNaN(ms))
    throw new TerminalError('KUBE_INVALID', `spec.expiresAt is no instant: ${expiresAt.slice(0, 64)}`);
  return Math.min(Math.max(ms, earliestMs), latestMs);
}
