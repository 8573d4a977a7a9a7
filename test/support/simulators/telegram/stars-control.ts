import type { Services } from './method.ts';
import type { StarTransaction } from './wire.ts';

/** Telegram's side of payments in Stars, for tests. */
export class StarsControl {
  readonly #services: Services;

  constructor(services: Services) {
    this.#services = services;
  }

  /** The bot's transactions, the oldest first. */
  get transactions(): readonly StarTransaction[] {
    return this.#services.stars.transactions;
  }

  /** What the bot has. */
  get balance(): number {
    return this.#services.stars.balance;
  }

  /** Telegram gives a payment back without asking the bot, which learns of it as of its own refunds. */
  refundFromTelegram(chargeId: string): void {
    const { people, checkout, backend } = this.#services;
    const charge = backend.state.charges[chargeId];
    if (charge === undefined) throw new Error(`there is no charge ${chargeId}`);
    checkout.refund(people.get(charge.userId), chargeId);
  }

  /** The next period of a subscription is paid. @returns the id of the new charge */
  renewSubscription(chargeId: string): string {
    return this.#services.checkout.renew(chargeId).id;
  }

  /** The next payment of a subscription does not succeed. */
  failSubscription(chargeId: string): void {
    this.#services.checkout.changeSubscription(chargeId, 'failed');
  }
}
