import type { Money } from '../api/index.ts';
import type { VerifiedCharge } from '../ledger/index.ts';

/** What a provider can do; the shop offers and promises accordingly. */
export interface ProviderCapabilities {
  /** It tells us of payments by itself, or only when asked. */
  readonly pushes: boolean;
  /** What happened can be read back from it, so a lost message loses nothing. */
  readonly canPoll: boolean;
  /** Money can be sent back through it. */
  readonly canRefund: boolean;
  /** In parts. */
  readonly canRefundPartly: boolean;
  /** A person of the shop decides whether money came. */
  readonly needsReview: boolean;
}

/** What a customer is to pay: one attempt of an order. */
export interface Invoice {
  /** Echoed by the provider: names shop, order and attempt, and never the payment. */
  readonly payload: string;
  readonly price: Money;
  /** In the customer's language, 1–32 characters. */
  readonly title: string;
  /** In the customer's language, 1–255 characters. */
  readonly description: string;
  /** Who is to pay, as this provider knows him. */
  readonly payer: string;
}

/** How the customer pays; the bot shows each kind its own way. */
export type PaymentRequest =
  /** Telegram's own invoice message, which the bot sends with these parameters. */
  | { readonly kind: 'telegram-invoice'; readonly startParameter: string }
  /** A page to open. */
  | { readonly kind: 'link'; readonly url: string; readonly reference: string }
  /** Instructions to follow, then a receipt to show. */
  | { readonly kind: 'transfer'; readonly instructions: string };

export interface RefundOrder {
  readonly chargeId: string;
  /** Our id of the refund, for providers that take an idempotency key. */
  readonly refundId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  /** The provider's id of who paid. */
  readonly payer: string | undefined;
}

export type RefundOutcome =
  | { readonly kind: 'confirmed' }
  /** It said no for good; `reason` in its words. */
  | { readonly kind: 'refused'; readonly reason: string };

/** What a provider reports when asked: charges and refunds, oldest first. */
export interface ProviderReport {
  readonly charges: readonly Omit<VerifiedCharge, 'shopId'>[];
  readonly refunds: readonly { readonly chargeId: string; readonly refundKey: string; readonly amountMinor?: bigint }[];
  /** How many new entries concern no customer's payment; absent: none. */
  readonly ignored?: number;
  /** Where to go on next time; equal to the cursor that was given when there is nothing more. */
  readonly cursor: string;
  /** Whether there is more to read at once. */
  readonly more: boolean;
}

export interface PaymentProvider {
  /** As orders, charges and metrics name it: `stars`, `manual`. */
  readonly id: string;
  readonly capabilities: ProviderCapabilities;
  /** @throws PaymentError */
  request(invoice: Invoice): Promise<PaymentRequest>;
  /** @throws PaymentError PAYMENT_UNSUPPORTED where `capabilities.canPoll` is false */
  poll(cursor: string): Promise<ProviderReport>;
  /**
   * Sends money back; saying it twice sends it once.
   *
   * @throws PaymentError when the outcome is in doubt or another time may help; a final no is an outcome
   */
  refund(order: RefundOrder): Promise<RefundOutcome>;
}
