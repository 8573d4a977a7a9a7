import { WayleaveError } from '../base/errors.ts';

export const paymentErrorCodes = {
  PAYMENT_UNREACHABLE: 'the provider does not answer, or its answer did not arrive',
  PAYMENT_REFUSED: 'the provider refuses what it is asked',
  PAYMENT_NONSENSE: 'an answer that the provider does not document',
  PAYMENT_UNSUPPORTED: 'this provider cannot do that',
} as const;

export type PaymentErrorCode = keyof typeof paymentErrorCodes;

export class PaymentError extends WayleaveError<PaymentErrorCode> {}
