import { parseQuantityBytes, type VPNShopSpec } from '../../api/index.ts';
import {
  hasRefundedWithin,
  lastPaymentFor,
  LedgerError,
  requestRefund,
  selfServicePaceDays,
  type OwnedSubscription,
  type PaymentOf,
} from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { shortKey, writeCallback } from '../callback.ts';
import type { ShopMethod, Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import { backButton, supportButtons } from './keyboard.ts';
import { ownedBy } from './owned.ts';

/** Why a customer cannot take a payment back by himself; support can. */
export type RefundVerdict = 'yes' | 'open' | 'rule' | 'late' | 'used' | 'again' | 'method';

/**
 * The shop's rule, which is about one payment and the traffic of what it bought.
 *
 * @param tookLately the customer has taken another payment back himself a short while ago
 */
export function judgeRefund(
  payment: Pick<PaymentOf, 'ageHours' | 'refundOpen' | 'refundedMinor' | 'provider'>,
  one: Pick<OwnedSubscription, 'usedBytes'>,
  refunds: VPNShopSpec['refunds'],
  methods: readonly Pick<ShopMethod, 'provider'>[],
  tookLately: boolean,
): RefundVerdict {
  const rule = refunds?.selfService;
  if (payment.refundOpen) return 'open';
  if (rule === undefined) return 'rule';
  if (payment.ageHours > rule.withinHours) return 'late';
  if (rule.maxTrafficUsed !== undefined && one.usedBytes > parseQuantityBytes(rule.maxTrafficUsed)) return 'used';
  if (tookLately) return 'again';
  const provider = methods.map((method) => method.provider).find(({ id }) => id === payment.provider);
  return provider?.capabilities.canRefund === true ? 'yes' : 'method';
}

/** Says what would go back, and asks. @param args subscription */
export async function askRefund(visit: Visit, [subscriptionId]: readonly string[]): Promise<void> {
  const { speak } = visit;
  const { one, payment, verdict } = await assess(visit, subscriptionId);
  const back = backButton(visit, actions.subscription, one.id);
  const variables = { price: priceOf(visit, payment), title: speak.title(payment.title) };
  if (verdict !== 'yes') {
    const buttons = [verdict === 'open' ? [] : supportButtons(visit), [back]];
    return void (await visit.show({ text: speak.say(`refund-${verdict}`, variables), buttons }));
  }
  const data = writeCallback(actions.refundNow, one.id, shortKey(payment.chargeId));
  const yes = { text: speak.label('button-refund-yes', { price: variables.price }), data, style: 'danger' } as const;
  await visit.show({ text: speak.say('refund-ask', variables), buttons: [[yes], [back]] });
}

/** Asks for the money to be sent back; twice is once. @param args subscription, key of the charge */
export async function orderRefund(visit: Visit, [subscriptionId, key]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const { one, payment, verdict } = await assess(visit, subscriptionId);
  if (shortKey(payment.chargeId) !== key) throw staleButton('another payment came after the one that was asked about');
  if (verdict !== 'yes' && verdict !== 'open') return askRefund(visit, [one.id]);
  const { provider, chargeId } = payment;
  const reason = 'the customer took it back himself';
  const request = { ...paceOf(visit), provider, chargeId, reason, paceDays: selfServicePaceDays };
  try {
    await requestRefund(shop.store, request);
  } catch (thrown) {
    if (!(thrown instanceof LedgerError && thrown.code === 'LEDGER_REFUND_PACE')) throw thrown;
    // Another payment was taken back at the same moment: now the question says so.
    return askRefund(visit, [one.id]);
  }
  await visit.show({
    text: speak.say('refund-ordered', { price: priceOf(visit, payment) }),
    buttons: [[backButton(visit, actions.list)]],
  });
}

async function assess(
  visit: Visit,
  subscriptionId: string | undefined,
): Promise<{ readonly one: OwnedSubscription; readonly payment: PaymentOf; readonly verdict: RefundVerdict }> {
  const { shop, customer } = visit;
  const one = await ownedBy(visit, subscriptionId);
  const payment = await lastPaymentFor(shop.store, customer.id, one.id);
  if (payment === undefined) throw staleButton('nothing that was paid for it is left');
  const tookLately = await hasRefundedWithin(shop.store, { ...paceOf(visit), days: selfServicePaceDays });
  const verdict = judgeRefund(payment, one, shop.view.spec.refunds, shop.view.methods, tookLately);
  return { one, payment, verdict };
}

function paceOf({ shop, customer }: Visit): { readonly shopId: string; readonly requestedBy: string } {
  return { shopId: shop.view.shop.id, requestedBy: `customer:${customer.id}` };
}

function priceOf({ speak }: Visit, { currency, amountMinor, refundedMinor }: PaymentOf): string {
  return speak.money({ currency, minorUnits: amountMinor - refundedMinor });
}
