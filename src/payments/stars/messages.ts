import type { Message, SuccessfulPayment } from 'grammy/types';
import type { ConfirmedRefund, VerifiedCharge } from '../../ledger/index.ts';
import { PaymentError } from '../errors.ts';
import { starsCharge } from './charge.ts';

/** What Telegram tells a chat about Stars, as the ledger takes it. */
export interface StarsMessages {
  /** @param message has `successful_payment` @throws PaymentError PAYMENT_NONSENSE */
  chargeOfMessage(message: Message, shopId: string): VerifiedCharge;
  /** @param message has `refunded_payment` @throws PaymentError PAYMENT_NONSENSE */
  refundOfMessage(message: Message, shopId: string): ConfirmedRefund;
}

/** @param live whether Stars are real money here: not in Telegram's test environment, nor in a shop for test money */
export function starsMessages(live: boolean): StarsMessages {
  return {
    chargeOfMessage: (message, shopId) => chargeOfMessage(message, { shopId, live }),
    refundOfMessage: (message, shopId) => refundOfMessage(message, { shopId }),
  };
}

/** The payer is who wrote the message: Telegram does not say it anywhere else. */
export function chargeOfMessage(
  message: Message,
  { shopId, live }: { readonly shopId: string; readonly live: boolean },
): VerifiedCharge {
  const payment = message.successful_payment;
  if (payment === undefined) throw nonsense('successful_payment', message);
  return {
    ...starsCharge({
      chargeId: payment.telegram_payment_charge_id,
      payload: payment.invoice_payload,
      payer: message.from?.id,
      amount: payment.total_amount,
      currency: payment.currency,
      paidAtSeconds: message.date,
      live,
    }),
    shopId,
    source: 'update',
    recurring: payment.is_recurring === true && payment.is_first_recurring !== true,
    raw: recorded(payment, message.date),
  };
}

export function refundOfMessage(message: Message, { shopId }: { readonly shopId: string }): ConfirmedRefund {
  const refund = message.refunded_payment;
  if (refund === undefined) throw nonsense('refunded_payment', message);
  const { telegram_payment_charge_id: chargeId, total_amount: amount } = refund;
  return {
    shopId,
    provider: 'stars',
    chargeId,
    // Telegram refunds a charge once and as a whole, so the charge names its refund.
    refundKey: chargeId,
    amountMinor: BigInt(amount),
    startedBy: 'telegram',
  };
}

/** Without `order_info`: names and addresses have no business in the ledger's record. */
function recorded(payment: SuccessfulPayment, date: number): object {
  const { invoice_payload, is_recurring, is_first_recurring, subscription_expiration_date } = payment;
  const { telegram_payment_charge_id: id, total_amount: amount } = payment;
  return { id, amount, date, invoice_payload, is_recurring, is_first_recurring, subscription_expiration_date };
}

function nonsense(field: string, { message_id: id }: Message): PaymentError {
  return new PaymentError('PAYMENT_NONSENSE', `message ${String(id)} has no ${field}`, { retry: 'never' });
}
