import { readPayload } from '../../../../src/ledger/index.ts';
import { refundedOf, type Payment } from '../books.ts';
import type { ChargeFact, Evidence } from './evidence.ts';
import type { Findings } from './verdict.ts';
import type { World } from './world.ts';

/** Holds what is on record against the books: every payment is there, as what it was, and nothing else is. */
export function examineCharges(world: World, evidence: Evidence, findings: Findings): void {
  const known = new Map(evidence.charges.map((charge) => [keyOf(charge), charge]));
  for (const payment of world.books.payments) {
    const charge = known.get(keyOf(payment));
    const name = `payment ${payment.chargeId}`;
    findings.expect(charge !== undefined, 'charges_unrecorded', `${name} is not on record`);
    if (charge === undefined) continue;
    const same = charge.amountMinor === payment.amountMinor && charge.currency === payment.currency;
    findings.expect(same && charge.live === payment.live, 'charges_unrecorded', `${name} is on record as another one`);
    examineDisposition(world, evidence, payment, charge, findings);
    examineRefunds(evidence, payment, charge, findings);
  }
  const booked = new Set(world.books.payments.map(keyOf));
  for (const charge of evidence.charges) {
    const real = charge.provider === 'manual' || booked.has(keyOf(charge));
    findings.expect(real, 'other', `charge ${charge.chargeId} is on record and nobody paid it`);
  }
  examineQueue(evidence, findings);
}

/** What a charge is follows from the books and the orders, but for what only its moment decided. */
function examineDisposition(
  { shop, customers, restored }: World,
  { orders, attempts }: Evidence,
  payment: Payment,
  charge: ChargeFact,
  findings: Findings,
): void {
  const { disposition } = charge;
  const payload = readPayload(payment.payload);
  const ours = payload?.shopId === shop.id ? payload : undefined;
  const name = `${disposition} charge ${charge.chargeId}`;
  findings.expect((disposition === 'foreign') === (ours === undefined), 'other', `${name} has a mark or lacks it`);
  if (ours === undefined) return;
  const named = orders.find(({ id }) => id === ours.orderId);
  findings.expect((disposition === 'orphan') === (named === undefined), 'other', `${name} has an order or lacks it`);
  if (named === undefined) return;
  const attempt = attempts.find(({ orderId, number }) => orderId === ours.orderId && number === ours.attempt);
  const customer = customers.find(({ id }) => id === named.customerId);
  const right =
    payment.live === (shop.mode === 'live') &&
    attempt?.provider === payment.provider &&
    attempt.amountMinor === payment.amountMinor &&
    attempt.currency === payment.currency &&
    (payment.provider !== 'stars' || payment.payer === String(customer?.telegramId));
  // After a restore an attempt's number may have been given away again since the charge was judged.
  if (restored && charge.reason.includes('attempt')) return;
  findings.expect((disposition === 'mismatch') === !right, 'other', `${name} is ${right ? 'right' : 'wrong'}`);
}

function examineRefunds({ refunds }: Evidence, payment: Payment, charge: ChargeFact, findings: Findings): void {
  const name = `charge ${charge.chargeId}`;
  const own = refunds.filter((one) => keyOf(one) === keyOf(charge));
  const confirmed = own.filter(({ state }) => state === 'confirmed').reduce((sum, one) => sum + one.amountMinor, 0n);
  const sent = refundedOf(payment);
  findings.expect(sent <= payment.amountMinor, 'other', `${name} was refunded beyond what was paid`);
  findings.expect(
    confirmed === sent && charge.refundedMinor === sent,
    'other',
    `${name}: refunds differ from the books`,
  );
  const byUs = own.some(({ state, requestedBy }) => state !== 'refused' && requestedBy !== payment.provider);
  const isForeign = charge.disposition === 'foreign';
  const sentByUs = payment.refunds.some(({ by }) => by === 'shop');
  findings.expect(!isForeign || !(byUs || sentByUs), 'foreign_refunds', `${name} is foreign and we sent it back`);
  const byItself = own.some(({ requestedBy }) => requestedBy === 'wayleave');
  findings.expect(!byItself || charge.disposition === 'surplus', 'foreign_refunds', `${name} was sent back unasked`);
}

/** Money that bought nothing has gone back, or was decided about, or waits for a person who sees why. */
function examineQueue({ charges, refunds }: Evidence, findings: Findings): void {
  for (const charge of charges) {
    const { disposition, settlement, chargeId, provider } = charge;
    if (disposition === 'granted' || disposition === 'foreign') continue;
    const own = refunds.filter((one) => keyOf(one) === keyOf(charge));
    const isBack = charge.refundedMinor === charge.amountMinor;
    findings.expect(!isBack || settlement !== null, 'other', `charge ${chargeId} is refunded and still in the queue`);
    if (disposition !== 'surplus' || settlement !== null || provider === 'manual') continue;
    const refused = own.some(({ state }) => state === 'refused');
    findings.expect(isBack || refused, 'other', `surplus ${chargeId} neither went back nor was refused`);
  }
  for (const { chargeId, state } of refunds) {
    findings.expect(state !== 'requested', 'other', `a refund of ${chargeId} is never sent`);
  }
}

function keyOf({ provider, chargeId }: { readonly provider: string; readonly chargeId: string }): string {
  return `${provider} ${chargeId}`;
}
