import { WayleaveError } from '../base/errors.ts';

export const subscriptionServiceErrorCodes = {
  SUB_CONFIG_INVALID: 'a setting that cannot work',
  SUB_LISTEN_FAILED: 'the address to listen on is taken or not ours',
  SUB_SNAPSHOT_KEY: 'the snapshot on disk was written under another key',
  SUB_SNAPSHOT_DAMAGED: 'the snapshot on disk is torn or was changed',
  SUB_SNAPSHOT_FOREIGN: 'what lies at the place of the snapshot is none, or one of another version',
  SUB_SOURCE_TIMEOUT: 'the database took longer to answer than a phone should wait',
} as const;

export type SubscriptionServiceErrorCode = keyof typeof subscriptionServiceErrorCodes;

export class SubscriptionServiceError extends WayleaveError<SubscriptionServiceErrorCode> {}
