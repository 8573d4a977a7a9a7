export { readEntries } from './append.ts';
export { recordCharge, type RecordedCharge, type VerifiedCharge } from './charges.ts';
export type { Disposition } from './classify.ts';
export {
  acceptTerms,
  banCustomer,
  findCustomer,
  markUnreachable,
  seeCustomer,
  setLanguage,
  unbanCustomer,
  type CustomerRecord,
  type SeenCustomer,
} from './customers.ts';
export type { GrantEntry, LedgerEntry } from './entry.ts';
export { LedgerError, type LedgerErrorCode } from './errors.ts';
export { entitlementAt, foldEntitlement, type Entitlement, type Segment } from './fold.ts';
export {
  grantTime,
  grantTrial,
  lockOwned,
  resumeSubscription,
  revokeTime,
  suspendSubscription,
  type ActBy,
} from './grants.ts';
export { resourceName } from './identity.ts';
export { notify, type NoticeDraft, type NoticeKind } from './notices.ts';
export {
  attemptsOf,
  cancelOrder,
  expireOrders,
  findOrder,
  openAttempt,
  ordersOf,
  placeOrder,
  setAttemptReference,
  setOrderMessage,
  type AttemptRecord,
  type OrderRecord,
  type OrderState,
  type WantedOrder,
} from './orders.ts';
export {
  askFor,
  claimWork,
  finishWork,
  postponeWork,
  retryDelayMs,
  type ClaimedWork,
  type OutboxTopic,
} from './outbox.ts';
export { readPayload, writePayload, type AttemptPayload } from './payload.ts';
export { noteProvisioned, oldestUnprovisionedSeconds } from './provisioned.ts';
export { refold, setTimer, type Refolded, type TimerPurpose } from './refold.ts';
export {
  confirmRefund,
  findRefund,
  refuseRefund,
  requestRefund,
  type ChargeKey,
  type ConfirmedRefund,
  type RefundRecord,
  type RefundRequest,
} from './refunds.ts';
export { settleCharge, type Settlement } from './settle.ts';
export { ensureShop, findShop, getShop, pauseRefunds, setBotId, type ShopMode, type ShopRecord } from './shops.ts';
export { termsOf, type PlanTerms } from './terms.ts';
