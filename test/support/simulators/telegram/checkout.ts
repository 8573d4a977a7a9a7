import { badRequest, staleQuery } from './api-error.ts';
import type { Backend } from './backend.ts';
import type { Chats } from './chats.ts';
import { SUBSCRIPTION_PERIOD_S } from './invoices.ts';
import type { People } from './people.ts';
import type { Stars } from './stars.ts';
import type { ChargeRow, InvoiceRow, MessageRow, StarSubscriptionRow, UserRow } from './state.ts';
import type { Updates } from './updates.ts';
import type { SuccessfulPayment } from './wire.ts';

/** Within which the bot must agree to a payment. */
const ANSWER_MS = 10_000;

export type PaymentResult =
  | { readonly ok: true; readonly chargeId: string }
  /** What the customer is shown. Nothing was charged. */
  | { readonly ok: false; readonly error: string };

type Verdict = { readonly ok: true } | { readonly ok: false; readonly error: string };

/** From the Pay button to the receipt, and back again for refunds. */
export class Checkout {
  readonly #backend: Backend;
  readonly #people: People;
  readonly #chats: Chats;
  readonly #updates: Updates;
  readonly #stars: Stars;
  readonly #queries = new Map<string, (verdict: Verdict) => void>();

  constructor(parts: {
    readonly backend: Backend;
    readonly people: People;
    readonly chats: Chats;
    readonly updates: Updates;
    readonly stars: Stars;
  }) {
    this.#backend = parts.backend;
    this.#people = parts.people;
    this.#chats = parts.chats;
    this.#updates = parts.updates;
    this.#stars = parts.stars;
  }

  /** @param row the message whose button was pressed; absent for links */
  async pay(payer: UserRow, invoice: InvoiceRow, row?: MessageRow): Promise<PaymentResult> {
    if (!this.#stars.canPay(payer, invoice.amount)) return { ok: false, error: 'BALANCE_TOO_LOW' };
    const verdict = await this.#ask(payer, invoice);
    if (!verdict.ok) return verdict;
    const charge = this.#stars.charge(payer, invoice);
    // A payment is a message to the bot, which may answer from now on.
    payer.hasStarted = true;
    if (row !== undefined) {
      row.chargeId = charge.id;
      this.#chats.touch(row);
    }
    const isSubscription = invoice.subscriptionPeriod !== undefined;
    if (isSubscription) this.#subscribe(charge);
    this.#tell(payer, charge, isSubscription ? { is_recurring: true, is_first_recurring: true } : {});
    return { ok: true, chargeId: charge.id };
  }

  /** @throws ApiError 400 when nobody waits for this answer any more */
  answer(queryId: string, verdict: Verdict): void {
    const settle = this.#queries.get(queryId);
    if (settle === undefined) throw staleQuery();
    settle(verdict);
  }

  /** Gives Stars back, whoever wants it: the bot, or Telegram's own support. @throws ApiError as {@link Stars.refund} */
  refund(payer: UserRow, chargeId: string): void {
    const { invoice } = this.#stars.refund(payer, chargeId);
    const refunded = {
      currency: 'XTR',
      total_amount: invoice.amount,
      invoice_payload: invoice.payload,
      telegram_payment_charge_id: chargeId,
    };
    const { message } = this.#chats.addFromUser(payer, { refunded_payment: refunded });
    this.#updates.push('message', payer.user.id, message);
  }

  /** The next period of a subscription begins and is paid for: a charge of its own, without a pre-checkout. */
  renew(chargeId: string): ChargeRow {
    const subscription = this.#subscription(chargeId);
    const payer = this.#people.get(subscription.userId);
    const charge = this.#stars.charge(payer, subscription.invoice);
    subscription.chargeIds.push(charge.id);
    subscription.expiresAt += SUBSCRIPTION_PERIOD_S;
    this.#tell(payer, charge, { is_recurring: true });
    return charge;
  }

  /** The customer, or a payment that failed, changes a subscription. */
  changeSubscription(chargeId: string, state: 'canceled' | 'active' | 'failed'): void {
    const subscription = this.#subscription(chargeId);
    subscription.isCanceled = state !== 'active';
    const { user } = this.#people.get(subscription.userId);
    this.#updates.push('subscription', user.id, { user, invoice_payload: subscription.invoice.payload, state });
  }

  /** The bot cancels a subscription or takes that back. @throws ApiError 400 for an unknown one */
  setCanceled(userId: number, chargeId: string, isCanceled: boolean): void {
    const subscription = this.#findSubscription(chargeId);
    if (subscription?.userId !== userId) throw badRequest('CHARGE_NOT_FOUND');
    subscription.isCanceled = isCanceled;
    this.#backend.changed();
  }

  #ask(payer: UserRow, { amount, payload }: InvoiceRow): Promise<Verdict> {
    const id = this.#backend.id(18);
    return new Promise((resolve) => {
      const settle = (verdict: Verdict): void => {
        cancel();
        this.#queries.delete(id);
        resolve(verdict);
      };
      const cancel = this.#backend.clock.schedule(ANSWER_MS, () => {
        settle({ ok: false, error: 'BOT_PRECHECKOUT_TIMEOUT' });
      });
      this.#queries.set(id, settle);
      this.#updates.push('pre_checkout_query', payer.user.id, {
        id,
        from: payer.user,
        currency: 'XTR',
        total_amount: amount,
        invoice_payload: payload,
      });
    });
  }

  #subscribe({ id, userId, invoice }: ChargeRow): void {
    const expiresAt = this.#backend.nowSeconds() + SUBSCRIPTION_PERIOD_S;
    this.#backend.state.subscriptions.push({ chargeIds: [id], userId, invoice, isCanceled: false, expiresAt });
  }

  #tell(payer: UserRow, { id, invoice }: ChargeRow, recurring: Partial<SuccessfulPayment>): void {
    const subscription = this.#findSubscription(id);
    const payment: SuccessfulPayment = {
      currency: 'XTR',
      total_amount: invoice.amount,
      invoice_payload: invoice.payload,
      ...(subscription === undefined ? {} : { subscription_expiration_date: subscription.expiresAt }),
      ...recurring,
      telegram_payment_charge_id: id,
      provider_payment_charge_id: '',
    };
    const { message } = this.#chats.addFromUser(payer, { successful_payment: payment });
    this.#updates.push('message', payer.user.id, message);
  }

  #findSubscription(chargeId: string): StarSubscriptionRow | undefined {
    return this.#backend.state.subscriptions.find(({ chargeIds }) => chargeIds.includes(chargeId));
  }

  #subscription(chargeId: string): StarSubscriptionRow {
    const subscription = this.#findSubscription(chargeId);
    if (subscription === undefined) throw new Error(`no subscription was paid by charge ${chargeId}`);
    return subscription;
  }
}
