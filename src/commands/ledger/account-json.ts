import {
  entitlementAt,
  type AccountCharge,
  type AccountDelivery,
  type AccountOrder,
  type NamedSubscription,
  type SubscriptionAccount,
} from '../../ledger/index.ts';
import { explainEntries, type ExplainedEntry } from './explained.ts';

/**
 * The account of a subscription for programs: instants in RFC 3339, amounts of money as text in minor units, what is
 * unknown null, and no field ever left out. Fields are only added.
 */
export function accountJson(subscription: NamedSubscription, account: SubscriptionAccount): object {
  const { entries, now, orders, charges, delivery } = account;
  const entitlement = entitlementAt(entries, now);
  return {
    ...subscriptionJson(subscription),
    now: instant(now * 1000),
    expiresAt: seconds(entitlement?.expiresAt),
    access: entitlement?.access ?? null,
    plan: entitlement?.terms.plan ?? null,
    planChangesAt: seconds(entitlement?.changesAt),
    entries: explainEntries(entries).map(entryJson),
    orders: orders.map(orderJson),
    charges: charges.map(chargeJson),
    delivery: delivery === undefined ? null : deliveryJson(delivery),
  };
}

function subscriptionJson(subscription: NamedSubscription): object {
  const { id, namespace, name, shortId, shop, customerId, telegramId, createdAtMs, deletedAtMs } = subscription;
  return {
    id,
    namespace,
    name,
    shortId,
    shop: shop?.name ?? null,
    customer: { id: customerId ?? null, telegramId: telegramId ?? null },
    createdAt: instant(createdAtMs),
    deletedAt: instant(deletedAtMs),
  };
}

function entryJson({ entry, line, isOpen }: ExplainedEntry): object {
  const grant = entry.kind === 'grant' ? entry : undefined;
  const part = entry.kind === 'reversal' ? entry.part : undefined;
  return {
    sequence: entry.sequence,
    id: entry.id,
    at: seconds(entry.at),
    kind: entry.kind,
    source: entry.source,
    author: entry.author,
    reason: entry.reason,
    orderId: entry.orderId ?? null,
    plan: grant?.terms.plan ?? null,
    lengthSeconds: grant?.lengthSeconds ?? null,
    startsAt: seconds(line.segment?.startsAt),
    endsAt: seconds(line.segment?.endsAt),
    target: line.about ?? null,
    takenSeconds: entry.kind === 'reversal' ? -line.movedSeconds : null,
    refundedMinor: part === undefined ? null : String(part.refundedMinor),
    paidMinor: part === undefined ? null : String(part.paidMinor),
    open: isOpen,
    expiresAt: seconds(line.expiresAt),
  };
}

function orderJson(order: AccountOrder): object {
  return {
    id: order.id,
    plan: order.plan,
    state: order.state,
    createdAt: instant(order.createdAtMs),
    closedAt: instant(order.closedAtMs),
    grantedRevision: order.grantedRevision ?? null,
    provisionedAt: instant(order.provisionedAtMs),
  };
}

function deliveryJson({ waiting, ...delivery }: AccountDelivery): object {
  const failures = waiting?.attempts ?? 0;
  return { ...delivery, waitingSince: instant(waiting?.sinceMs), failures, error: waiting?.error ?? null };
}

function chargeJson(charge: AccountCharge): object {
  return {
    provider: charge.provider,
    chargeId: charge.chargeId,
    orderId: charge.orderId ?? null,
    amountMinor: String(charge.amountMinor),
    currency: charge.currency,
    live: charge.live,
    disposition: charge.disposition,
    reason: charge.reason,
    paidAt: instant(charge.paidAtMs),
    refundedMinor: String(charge.refundedMinor),
    settlement: charge.settlement ?? null,
    settledBy: charge.settledBy ?? null,
    refunds: charge.refunds.map((refund) => ({
      id: refund.id,
      amountMinor: String(refund.amountMinor),
      state: refund.state,
      requestedBy: refund.requestedBy,
      reason: refund.reason,
      refusal: refund.refusal ?? null,
      createdAt: instant(refund.createdAtMs),
      closedAt: instant(refund.closedAtMs),
    })),
  };
}

function instant(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

function seconds(at: number | undefined): string | null {
  return at === undefined ? null : instant(at * 1000);
}
