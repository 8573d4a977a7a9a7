import type { Message, PreCheckoutQuery, Update } from 'grammy/types';
import { describeError } from '../base/errors.ts';
import { checkPayable, confirmRefund, recordCharge } from '../ledger/index.ts';
import type { Shop } from './context.ts';
import { speakerFor } from './visit.ts';

/**
 * Whether an update tells of money that moved: then it is confirmed only when what it says is on record. A question before
 * a payment is none of these: it expires by itself, and no money has moved.
 */
export function bearsPayment({ message, subscription }: Update): boolean {
  return (
    subscription !== undefined || message?.successful_payment !== undefined || message?.refunded_payment !== undefined
  );
}

/** Records what an update tells of money. @returns whether it tells any */
export async function recordPayment(shop: Shop, { message, subscription }: Update): Promise<boolean> {
  if (message?.successful_payment !== undefined) {
    await recordPaid(shop, message);
  } else if (message?.refunded_payment !== undefined) {
    await confirmRefund(shop.store, shop.ports.stars.refundOfMessage(message, shop.view.shop.id));
  } else if (subscription !== undefined) {
    // Charges of a subscription come as payments of their own; this only says whether there will be more.
    shop.log.info({ state: subscription.state }, 'a subscription in Stars changed');
  } else {
    return false;
  }
  return true;
}

async function recordPaid(shop: Shop, message: Message): Promise<void> {
  shop.failpoint('bot.before-charge');
  const charge = shop.ports.stars.chargeOfMessage(message, shop.view.shop.id);
  const recorded = await recordCharge(shop.store, charge);
  const { disposition, duplicate, orderId } = recorded;
  shop.failpoint('bot.after-charge');
  shop.metrics.chargeRecorded(charge.provider, recorded);
  if (duplicate) return;
  const { provider, chargeId } = charge;
  const fields = { orderId, provider, chargeId, disposition };
  if (disposition === 'granted') shop.log.info(fields, 'a payment was granted');
  else shop.log.warn(fields, 'a payment bought nothing');
}

/**
 * Answers Telegram's question before a payment, within its 10 s. Where the ledger cannot be read the answer is no: a
 * customer who tries again loses nothing.
 */
export async function answerCheckout(shop: Shop, query: PreCheckoutQuery): Promise<void> {
  const { id, from, currency, total_amount: amount, invoice_payload: payload } = query;
  const asked = { shopId: shop.view.shop.id, payload, payer: from.id, currency, amountMinor: BigInt(amount) };
  const { verdict, language = from.language_code } = await checkPayable(shop.store, asked).catch((thrown: unknown) => {
    shop.log.error({ err: describeError(thrown) }, 'a payment could not be checked');
    return { verdict: 'unavailable' as const, language: undefined };
  });
  if (verdict === 'payable') {
    await shop.telegram.api.answerPreCheckoutQuery(id, true);
    return;
  }
  shop.metrics.checkoutRefused(verdict);
  const speak = speakerFor(shop, { language });
  const error = { error_message: speak.label(`checkout-${verdict}`) };
  await shop.telegram.api.answerPreCheckoutQuery(id, false, error);
}
