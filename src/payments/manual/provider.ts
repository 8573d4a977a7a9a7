import { PaymentError } from '../errors.ts';
import type { PaymentProvider, PaymentRequest, ProviderReport, RefundOutcome } from '../provider.ts';

/** A transfer to the seller's card or account: the customer shows a receipt, and an admin says whether money came. */
export class ManualProvider implements PaymentProvider {
  readonly id = 'manual';
  readonly capabilities = {
    pushes: false,
    canPoll: false,
    canRefund: false,
    canRefundPartly: false,
    needsReview: true,
  } as const;

  readonly #instructions: string;

  /** @param options.instructions what a customer reads to pay, such as card number and holder */
  constructor({ instructions }: { readonly instructions: string }) {
    this.#instructions = instructions;
  }

  request(): Promise<PaymentRequest> {
    return Promise.resolve({ kind: 'transfer', instructions: this.#instructions });
  }

  poll(): Promise<ProviderReport> {
    return Promise.reject(
      new PaymentError('PAYMENT_UNSUPPORTED', 'nobody can be asked what was transferred to a card', { retry: 'never' }),
    );
  }

  /** A final no puts it before a person, who alone can transfer it back. */
  refund(): Promise<RefundOutcome> {
    return Promise.resolve({
      kind: 'refused',
      reason: 'a card transfer has to be sent back by hand; confirm it here afterwards',
    });
  }
}
