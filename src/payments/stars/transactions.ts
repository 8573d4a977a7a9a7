import type { StarTransaction, TransactionPartner, TransactionPartnerUser } from 'grammy/types';
import type { ProviderReport } from '../provider.ts';
import { starsCharge } from './charge.ts';

/** What an entry of the bot's Star ledger is to a shop. */
export type StarEntry =
  | { readonly kind: 'charge'; readonly charge: ProviderReport['charges'][number] }
  | { readonly kind: 'refund'; readonly refund: ProviderReport['refunds'][number] }
  /** A gift, a withdrawal, advertising, a commission: money, but nobody's payment of an invoice. */
  | { readonly kind: 'other' };

/**
 * Reads one transaction. It carries all that `successful_payment` does but the place in a series of recurring payments:
 * that is left to the ledger, which knows what was paid before.
 */
export function readTransaction(transaction: StarTransaction, live: boolean): StarEntry {
  const { id, amount, source, receiver } = transaction;
  if (isInvoice(receiver)) {
    return { kind: 'refund', refund: { chargeId: id, refundKey: id, amountMinor: BigInt(Math.abs(amount)) } };
  }
  // Parts of a Star alone are never the price of an invoice.
  if (!isInvoice(source) || amount <= 0) return { kind: 'other' };
  const { subscription_period: renewsEverySeconds } = source;
  return {
    kind: 'charge',
    charge: {
      ...starsCharge({
        chargeId: id,
        payload: source.invoice_payload ?? '',
        payer: source.user.id,
        amount,
        currency: 'XTR',
        paidAtSeconds: transaction.date,
        live,
      }),
      source: 'reconciliation',
      recurring: false,
      ...(renewsEverySeconds === undefined ? {} : { renewsEverySeconds }),
      raw: recorded(transaction, source),
    },
  };
}

function isInvoice(partner: TransactionPartner | undefined): partner is TransactionPartnerUser {
  return partner?.type === 'user' && partner.transaction_type === 'invoice_payment';
}

/** Without the payer's name, which Telegram adds. */
function recorded({ id, amount, date }: StarTransaction, source: TransactionPartnerUser): object {
  const { invoice_payload, subscription_period, affiliate } = source;
  const commission = affiliate && { amount: affiliate.amount, commission_per_mille: affiliate.commission_per_mille };
  return { id, amount, date, invoice_payload, subscription_period, affiliate: commission };
}
