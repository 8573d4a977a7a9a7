import { WayleaveError, type WayleaveErrorOptions } from '../base/errors.ts';

export const paymentErrorCodes = {
  PAYMENT_UNREACHABLE: 'the provider does not answer, or its answer did not arrive',
  PAYMENT_REFUSED: 'the provider refuses what it is asked',
  PAYMENT_NONSENSE: 'an answer that the provider does not document',
  PAYMENT_UNSUPPORTED: 'this provider cannot do that',
  PAYMENT_UNRECORDED: 'a payment that the provider reports could not be recorded yet',
  PAYMENT_JOB_HANGS: 'a job that did not come to its end in time',
} as const;

export type PaymentErrorCode = keyof typeof paymentErrorCodes;

export class PaymentError extends WayleaveError<PaymentErrorCode> {
  /** The provider wants to be left alone for so long. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: PaymentErrorCode,
    message: string,
    { retryAfterMs, ...options }: WayleaveErrorOptions & { readonly retryAfterMs?: number | undefined },
  ) {
    super(code, message, options);
    this.retryAfterMs = retryAfterMs;
  }
}
