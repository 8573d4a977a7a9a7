import type { SubscriptionReason, VPNSubscription } from '../../api/index.ts';
import type { DesiredClient } from '../../panels/driver.ts';
import type { PanelError } from '../../panels/errors.ts';
import type { BookEntry } from '../book.ts';
import type { PanelHandle } from '../panel/directory.ts';
import { judgeReady, mayWrite } from '../panel/health.ts';
import { isSameJson } from '../same-json.ts';
import { backstopQuotaBytes, clientEmail, hashDesired, type Access } from './desired.ts';
import type { EffectiveSpec } from './effective-spec.ts';
import type { Delivery } from './status.ts';

type PanelLoop = PanelHandle['loop'];

export interface DeliveryContext {
  /** `namespace/name` of the subscription. */
  readonly key: string;
  readonly subscription: VPNSubscription;
  readonly entry: BookEntry;
  readonly limits: Pick<EffectiveSpec, 'limitBytes' | 'expiresAtMs'>;
  readonly access: Access;
  readonly nowMs: number;
}

export interface PanelDeliveryPlan {
  readonly delivery: Delivery;
  /** Generations of keys that the current one has replaced here for long enough. */
  readonly outlived: readonly number[];
  /** Epoch milliseconds at which the next old generation has outlived itself. */
  readonly nextOutlivedAtMs: number | undefined;
}

/**
 * Tells one panel what it must hold for one subscription, and says how far it is.
 *
 * Old keys stay beside the new ones until the new ones were confirmed on this very panel for `rotationOverlapSeconds`.
 */
export function deliverTo(handle: PanelHandle, context: DeliveryContext): PanelDeliveryPlan {
  const { loop, name } = handle;
  const { entry, access } = context;
  const onPanel = entry.clients.get(loop.panelId);
  const latest = Math.max(0, ...(onPanel?.keys() ?? []));
  const confirmedAtMs = onPanel?.get(latest)?.confirmedAtMs;
  const pending: Omit<Delivery, 'reason'> = {
    panel: name,
    state: 'Pending',
    generation: latest,
    confirmedAt: confirmedAtMs === undefined ? undefined : new Date(confirmedAtMs),
  };
  if (loop.inbounds.length === 0) {
    const message = notTaking(handle) ?? 'the panel was not read yet';
    return { delivery: { ...pending, reason: 'WaitingForPanel', message }, outlived: [], nextOutlivedAtMs: undefined };
  }
  if (!access.enabled && onPanel === undefined) {
    // Nothing to cut off, so nothing is put there; what was on its way is called back until access is given.
    callBack(loop, entry);
    return { delivery: { ...pending, reason: access.reason }, outlived: [], nextOutlivedAtMs: undefined };
  }
  const old = keepOldKeys(loop, context);
  const current = currentGeneration(context);
  if (desire(loop, context, current)) {
    return { delivery: { ...pending, state: 'Confirmed', generation: current }, ...old };
  }
  return { delivery: { ...pending, ...waiting(handle, clientEmail(entry.record.shortId, current)) }, ...old };
}

/**
 * The newest generation of keys that there ever was, whatever the resource says: one that was made anew from an older
 * manifest must not bring back keys that leaked.
 */
export function currentGeneration({ subscription, entry }: Pick<DeliveryContext, 'subscription' | 'entry'>): number {
  const known = entry.record.generations.map(({ generation }) => generation);
  return Math.max(subscription.spec.credentialsGeneration, ...known);
}

/** Nothing of this subscription is to be delivered to the panel any more. What the panel holds stays as it is. */
export function callBack(loop: PanelLoop, { record }: BookEntry): void {
  for (const { generation } of record.generations) loop.deliveries.forget(clientEmail(record.shortId, generation));
}

function keepOldKeys(loop: PanelLoop, context: DeliveryContext): Omit<PanelDeliveryPlan, 'delivery'> {
  const { subscription, entry, nowMs } = context;
  const { rotationOverlapSeconds } = subscription.spec;
  const current = currentGeneration(context);
  const onPanel = entry.clients.get(loop.panelId);
  const replacedAtMs = onPanel?.get(current)?.firstConfirmedAtMs ?? Infinity;
  const goAtMs = replacedAtMs + rotationOverlapSeconds * 1000;
  const old = [...(onPanel?.keys() ?? [])].filter((generation) => generation !== current);
  if (old.length === 0) return { outlived: [], nextOutlivedAtMs: undefined };
  if (goAtMs <= nowMs) return { outlived: old, nextOutlivedAtMs: undefined };
  for (const generation of old) desire(loop, context, generation);
  return { outlived: [], nextOutlivedAtMs: goAtMs === Infinity ? undefined : goAtMs };
}

/** @returns whether the panel was seen to hold it as it must be */
function desire(loop: PanelLoop, context: DeliveryContext, generation: number): boolean {
  const { key, subscription, entry, limits, access } = context;
  const credential = entry.record.generations.find((known) => known.generation === generation);
  if (credential === undefined) return false;
  const desired: DesiredClient = {
    subscriptionId: entry.record.id,
    email: clientEmail(entry.record.shortId, generation),
    uuid: credential.clientUuid,
    enabled: access.enabled,
    expiresAtMs: limits.expiresAtMs ?? 0,
    quotaBytes: backstopQuotaBytes(limits.limitBytes, entry.baselineBytes),
    inbounds: loop.inbounds,
  };
  const known = loop.deliveries.get(desired.email);
  const hash = known !== undefined && isSameJson(known.desired, desired) ? known.hash : hashDesired(desired);
  const confirmed = entry.clients.get(loop.panelId)?.get(generation);
  const isNews = subscription.status?.observedGeneration !== subscription.metadata.generation;
  const isCut = confirmed !== undefined && confirmed.enabled !== access.enabled;
  const urgency = isNews || isCut ? 'fresh' : 'mass';
  loop.desire({ desired, generation, subscription: key, hash }, urgency, confirmed?.fingerprint);
  return confirmed?.fingerprint === hash && loop.deliveries.problem(desired.email) === undefined;
}

/** In words that stay the same while the outage does: a message per retry would rewrite every status that waits. */
function notTaking({ loop: { facts }, resource: { spec } }: PanelHandle): string | undefined {
  if (facts.probe === undefined && facts.failure === undefined && !spec.paused) return undefined;
  if (mayWrite(facts, spec)) return undefined;
  return `the panel takes no changes now (${judgeReady(facts, spec)?.reason ?? 'Probing'}); kubectl get vpanel says more`;
}

const reasonByCode: Partial<Record<PanelError['code'], SubscriptionReason>> = {
  PANEL_OWNERSHIP_CONFLICT: 'InstallationConflict',
  PANEL_REFUSED: 'PanelRefused',
  PANEL_NOT_CONFIRMED: 'PanelRefused',
  PANEL_CLIENT_INVALID: 'PanelRefused',
};

function waiting(handle: PanelHandle, email: string): { reason: SubscriptionReason; message?: string } {
  const stopped = notTaking(handle);
  if (stopped !== undefined) return { reason: 'WaitingForPanel', message: stopped };
  const problem = handle.loop.deliveries.problem(email);
  if (problem === undefined) return { reason: 'Provisioning' };
  return { reason: reasonByCode[problem.code] ?? 'WaitingForPanel', message: problem.message };
}
