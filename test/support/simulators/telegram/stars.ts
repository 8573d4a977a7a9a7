import { badRequest } from './api-error.ts';
import type { Backend } from './backend.ts';
import type { ChargeRow, InvoiceRow, UserRow } from './state.ts';
import type { StarTransaction } from './wire.ts';

/** The ledger of Telegram Stars: what people have, what the bot was paid, what it gave back. */
export class Stars {
  readonly #backend: Backend;

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** All of the bot's transactions, the oldest first. A refund is a second one with the id of the charge. */
  get transactions(): readonly StarTransaction[] {
    return this.#backend.state.transactions;
  }

  /** What the bot has earned and not given back. */
  get balance(): number {
    const signed = this.transactions.map(({ amount, source }) => (source === undefined ? -amount : amount));
    return signed.reduce((sum, amount) => sum + amount, 0);
  }

  canPay({ balance }: UserRow, amount: number): boolean {
    return balance === null || balance >= amount;
  }

  /** Takes the price of an invoice from a person. */
  charge(payer: UserRow, invoice: InvoiceRow): ChargeRow {
    const id = `stx${this.#backend.id(40)}`;
    const charge: ChargeRow = { id, userId: payer.user.id, invoice, isRefunded: false };
    if (payer.balance !== null) payer.balance -= invoice.amount;
    this.#backend.state.charges[id] = charge;
    this.#record(payer, charge, 'source');
    return charge;
  }

  /** @throws ApiError 400 for a charge that is unknown, another person's, or given back already */
  refund(payer: UserRow, chargeId: string): ChargeRow {
    const charge = this.#backend.state.charges[chargeId];
    if (charge === undefined || charge.userId !== payer.user.id) throw badRequest('CHARGE_NOT_FOUND');
    if (charge.isRefunded) throw badRequest('CHARGE_ALREADY_REFUNDED');
    charge.isRefunded = true;
    if (payer.balance !== null) payer.balance += charge.invoice.amount;
    this.#record(payer, charge, 'receiver');
    return charge;
  }

  #record(payer: UserRow, { id, invoice }: ChargeRow, side: 'source' | 'receiver'): void {
    const { amount, payload, subscriptionPeriod } = invoice;
    const partner = {
      type: 'user',
      transaction_type: 'invoice_payment',
      user: payer.user,
      invoice_payload: payload,
      ...(subscriptionPeriod === undefined ? {} : { subscription_period: subscriptionPeriod }),
    } as const;
    this.#backend.state.transactions.push({ id, amount, date: this.#backend.nowSeconds(), [side]: partner });
    this.#backend.changed();
  }
}
