import { WayleaveError } from '../base/errors.ts';

export const subscriptionServiceErrorCodes = {
  SUB_CONFIG_INVALID: 'a setting that cannot work',
  SUB_LISTEN_FAILED: 'the address to listen on is taken or not ours',
  SUB_SOURCE_TIMEOUT: 'the database took longer to answer than a phone should wait',
} as const;

export type SubscriptionServiceErrorCode = keyof typeof subscriptionServiceErrorCodes;

export class SubscriptionServiceError extends WayleaveError<SubscriptionServiceErrorCode> {}
