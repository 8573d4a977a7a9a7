import { entitlementAt, type GrantEntry } from '../../../../src/ledger/index.ts';
import { parseQuantityBytes } from '../../../../src/api/index.ts';
import { countDown } from '../oracle.ts';
import type { ChargeFact, Evidence, OrderFact, SubscriptionFact } from './evidence.ts';
import type { Findings } from './verdict.ts';

/** Holds every subscription's time against what money bought and people gave. */
export function examineTime(evidence: Evidence, findings: Findings): void {
  const grants = evidence.subscriptions.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.kind === 'grant' ? [entry] : [])),
  );
  examineOrders(evidence, grants, findings);
  for (const charge of evidence.charges) examineBought(evidence, charge, grants, findings);
  for (const one of evidence.subscriptions) examineSubscription(evidence, one, findings);
  const bought = grants.filter(({ source }) => source === 'charge').length;
  const paidFor = evidence.charges.filter(
    ({ disposition, settlement }) => disposition === 'granted' || settlement === 'extended',
  ).length;
  findings.expect(bought <= paidFor, 'granted_twice', `${String(paidFor)} charges bought ${String(bought)} grants`);
  for (const { id, entries } of evidence.subscriptions) {
    const trials = entries.filter(({ source }) => source === 'trial').length;
    findings.expect(trials <= 1, 'granted_twice', `subscription ${id} has ${String(trials)} trials`);
  }
  for (const { topic, error } of evidence.workLeft) {
    findings.expect(false, 'other', `work of topic ${topic} is left: ${error ?? 'it was never tried'}`);
  }
}

function examineOrders(evidence: Evidence, grants: readonly GrantEntry[], findings: Findings): void {
  for (const order of evidence.orders) {
    const own = grants.filter(({ orderId }) => orderId === order.id);
    const isPaid = order.state === 'paid';
    findings.expect(own.length <= 1, 'granted_twice', `order ${order.id} has ${String(own.length)} grants`);
    findings.expect(
      isPaid === (own.length === 1),
      'other',
      `order ${order.id} is ${order.state} and has a grant or none`,
    );
    findings.expect(
      !isPaid || order.provisioned,
      'paid_not_provisioned',
      `order ${order.id} is paid and not provisioned`,
    );
    examineRightfulCharges(evidence, order, findings);
    const replacements = grants.filter(
      ({ orderId }) => orderId !== undefined && order.replacedByPaid.includes(orderId),
    );
    const isLate = own.some(({ sequence }) => replacements.some((later) => later.sequence < sequence));
    findings.expect(!isLate, 'granted_twice', `order ${order.id} was granted after the one that took its place`);
  }
}

/** Of the charges that were right for an order one bought it, unless something stood against all of them. */
function examineRightfulCharges({ charges }: Evidence, order: OrderFact, findings: Findings): void {
  const own = charges.filter(({ orderId }) => orderId === order.id);
  const granted = own.filter(({ disposition }) => disposition === 'granted').length;
  findings.expect(granted <= 1, 'granted_twice', `order ${order.id} was granted to ${String(granted)} charges`);
  const surplus = own.some(({ disposition }) => disposition === 'surplus');
  const excused = granted === 1 || order.replacedByPaid.length > 0;
  findings.expect(!surplus || excused, 'paid_not_provisioned', `order ${order.id} has only surplus charges`);
}

/** A charge bought what it should, of which only refunds and admins have taken anything. */
function examineBought(
  { orders, subscriptions }: Evidence,
  charge: ChargeFact,
  grants: readonly GrantEntry[],
  findings: Findings,
): void {
  const { disposition, settlement, chargeId, provider } = charge;
  const order = orders.find(({ id }) => id === charge.orderId);
  const byOrder = disposition === 'granted' ? grants.filter((grant) => grant.orderId === charge.orderId) : [];
  const byCause = grants.filter(({ cause }) => cause === `charge:${provider}:${chargeId}`);
  const own = [...byOrder, ...byCause];
  const due = disposition === 'granted' || settlement === 'extended' ? 1 : 0;
  const name = `${disposition} charge ${chargeId}`;
  findings.expect(own.length <= due, 'granted_twice', `${name} bought ${String(own.length)} times`);
  findings.expect(own.length >= due, 'paid_not_provisioned', `${name} bought nothing`);
  const [grant] = own;
  if (grant === undefined) return;
  const isWhole = disposition !== 'granted' || grant.lengthSeconds === order?.terms.lengthSeconds;
  findings.expect(isWhole, 'other', `${name} bought ${String(grant.lengthSeconds)} seconds`);
  const subscription = subscriptions.find(({ id }) => id === grant.subscriptionId);
  const reversals = (subscription?.entries ?? []).flatMap((entry) =>
    entry.kind === 'reversal' && entry.target === grant.id ? [entry] : [],
  );
  const refunded = charge.refundedMinor > 0n;
  findings.expect(
    refunded === reversals.some(({ source }) => source === 'refund'),
    'other',
    `${name}: refund and time differ`,
  );
  examineDelay(subscription, charge, findings);
  const kept = countDown(subscription?.entries ?? [])?.kept.get(grant.id) ?? 0;
  if (reversals.some(({ source }) => source === 'admin')) return;
  const share = (BigInt(grant.lengthSeconds) * charge.refundedMinor) / charge.amountMinor;
  const least = charge.refundedMinor === charge.amountMinor ? 0 : grant.lengthSeconds - Number(share);
  findings.expect(kept >= least, 'other', `${name} lost time that was not refunded`);
}

/** What made good for a late delivery went back with the money. */
function examineDelay(subscription: SubscriptionFact | undefined, charge: ChargeFact, findings: Findings): void {
  const entries = subscription?.entries ?? [];
  const delay = entries.find(({ cause }) => cause === `delay:${String(charge.orderId)}`);
  if (delay === undefined || charge.disposition !== 'granted' || charge.refundedMinor < charge.amountMinor) return;
  const isBack = entries.some((entry) => entry.kind === 'reversal' && entry.target === delay.id);
  findings.expect(isBack, 'other', `charge ${charge.chargeId} went back, and what made good for its delay did not`);
}

function examineSubscription({ now }: Evidence, subscription: SubscriptionFact, findings: Findings): void {
  const { id, entries, expiresAt, access, limitBytes } = subscription;
  const opinion = countDown(entries);
  const name = `subscription ${id}`;
  findings.expect((opinion === undefined) === (expiresAt === null), 'other', `${name} has an entitlement or none`);
  if (opinion === undefined) return;
  const entitlement = entitlementAt(entries, Math.floor(now));
  findings.expect(
    expiresAt === opinion.expiresAt,
    'other',
    `${name} ends at ${String(expiresAt)}, not ${String(opinion.expiresAt)}`,
  );
  findings.expect(entitlement?.expiresAt === opinion.expiresAt, 'other', `${name}: two ways of counting differ`);
  findings.expect((access === 'denied') === opinion.held, 'other', `${name} is ${String(access)}`);
  const limit = entitlement?.terms.trafficLimit;
  const limitIs = limit === undefined ? null : parseQuantityBytes(limit);
  findings.expect(limitBytes === limitIs, 'other', `${name} has the limits of another segment`);
  findings.expect(subscription.upToDate, 'paid_not_provisioned', `${name} has not reached the panels`);
  findings.expect(!subscription.banned || access === 'denied', 'other', `${name} of a banned customer has access`);
  // Whoever got all his money back, and nothing as a gift, has nothing left.
  const isWorthless = entries.every(
    (entry) =>
      entry.kind !== 'grant' ||
      entries.some((one) => one.kind === 'reversal' && one.target === entry.id && one.part === undefined),
  );
  findings.expect(!isWorthless || opinion.expiresAt <= now, 'other', `${name} is all reversed and goes on`);
}
