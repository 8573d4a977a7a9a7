export type { AccountCharge } from './account-charges.ts';
export { addAdmin, adminsWho, authorOf, findAdmin, listAdmins, removeAdmin, type AdminRecord } from './admins.ts';
export { readEntries } from './append.ts';
export { auditOf, recordAudit, type AuditDraft, type AuditRecord } from './audit.ts';
export {
  confirmByPerson,
  findNamedCharges,
  pauseRefundsByPerson,
  refundByPerson,
  settleByPerson,
  type ChargeAct,
  type NamedCharge,
} from './charge-acts.ts';
export { awaitedReceipts, type AwaitedReceipt } from './awaited-receipts.ts';
export { readBooks, type Books } from './books.ts';
export type { ChargeKey } from './charge-lock.ts';
export { recordCharge } from './charges.ts';
export { dispositions, type Disposition } from './classify.ts';
export { searchCustomers, type FoundCustomer } from './customer-search.ts';
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
export { closeDialog, expireDialogs, findDialog, openDialog, type Dialog } from './dialogs.ts';
export type { GrantEntry, LedgerEntry } from './entry.ts';
export { LedgerError, type LedgerErrorCode } from './errors.ts';
export { duration, explainLedger, type LedgerLine } from './explain.ts';
export { extendSurplus, type ExtendedSurplus } from './extend-surplus.ts';
export { findNamedSubscriptions, nearSubscriptionNames, type NamedSubscription } from './find-subscription.ts';
export { entitlementAt, foldEntitlement, type Entitlement, type Segment } from './fold.ts';
export { grantTime, grantTrial, resumeSubscription, revokeTime, suspendSubscription, type ActBy } from './grants.ts';
export { resourceName } from './identity.ts';
export {
  booksJobPrefix,
  jobCursor,
  jobsOf,
  noteJobFailure,
  noteJobSuccess,
  setJobCursor,
  type JobRecord,
} from './jobs.ts';
export { renewKeys } from './new-keys.ts';
export {
  beginSending,
  claimNotices,
  concludeNotice,
  noticeOutcomes,
  noticesOf,
  postponeNotice,
  type ClaimedNotice,
  type DroppedNotice,
  type NoticeOutcome,
  type NoticeRecord,
} from './notice-queue.ts';
export { noticeKinds, notify, type NoticeDraft, type NoticeKind } from './notices.ts';
export { orderTimelines, type OrderTimeline } from './order-timeline.ts';
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
  trialsAmong,
  type AttemptRecord,
  type OrderRecord,
  type OrderState,
  type WantedOrder,
} from './orders.ts';
export {
  askFor,
  claimWork,
  finishWork,
  outboxBacklog,
  outboxTopics,
  postponeWork,
  retryDelayMs,
  type ClaimedWork,
  type OutboxBacklog,
  type OutboxTopic,
  type WorkTopic,
} from './outbox.ts';
export { handleWork, postponeFailed, type WorkHandling } from './outbox-work.ts';
export { checkPayable, type Payable, type PayableVerdict, type PaymentQuestion } from './payable.ts';
export { readPayload, writePayload, type AttemptPayload } from './payload.ts';
export { lastPaymentFor, paymentsOf, type PaymentOf } from './payments-of.ts';
export { progressOf, type OrderProgress } from './progress-of.ts';
export {
  knownToLedger,
  listProjected,
  namespacesOfShops,
  overtakeRevision,
  projectionState,
  readProjection,
  type Projected,
  type Projection,
  type ProjectionState,
} from './projected.ts';
export { projectionProgress, type ProjectionProgress } from './projection-progress.ts';
export { previewGrant, previewRevoke, type GrantPreview } from './preview.ts';
export { noteProvisioned, unprovisionedOrders, type ProvisionedOrder } from './provisioned.ts';
export {
  chargesOf,
  findCharge,
  handleOfCharge,
  listQueue,
  queueNames,
  subjectOfCharge,
  summarizeQueues,
  takeCharge,
  type ChargeQueueName,
  type QueuedCharge,
  type QueueName,
  type QueueSummary,
} from './queues.ts';
export { hasRefundedWithin, selfServicePaceDays } from './refund-pace.ts';
export {
  confirmRefund,
  findRefund,
  refuseRefund,
  requestRefund,
  type ConfirmedRefund,
  type RefundRecord,
  type RefundRequest,
} from './refunds.ts';
export { parseMoment, type DueReminder, type ReminderFacts, type ReminderPlan } from './reminder-schedule.ts';
export { noticeTraffic, remind, type RemindedSubscriptions } from './reminders.ts';
export { revenueOf, type RevenueLine } from './reports.ts';
export { compensationDays, may, refundCapMinor, type AdminAction, type AdminRole } from './roles.ts';
export { forget, forgetfulTables, type ForgetfulTable, type ForgettingPlace } from './retention.ts';
export { dueTimers, refoldDue, retireDue, revokeRetired } from './retirement.ts';
export { settleCharge, type Settlement } from './settle.ts';
export { ensureShop, getShop, listShops, pauseRefunds, setBotId, type ShopMode, type ShopRecord } from './shops.ts';
export { lastSoldTerms, plansSold } from './sold-terms.ts';
export {
  readAccount,
  type AccountDelivery,
  type AccountOrder,
  type SubscriptionAccount,
} from './subscription-account.ts';
export { findOwned, findOwnedIn, subscriptionsOf, type OwnedIn, type OwnedSubscription } from './subscriptions-of.ts';
export {
  countSupportMessages,
  customerOfCopy,
  recordSupportCopy,
  supportCopiesOf,
  type SupportCopy,
} from './support-messages.ts';
export { termsOf, type PlanTerms } from './terms.ts';
export {
  claimUnshownTransfers,
  closeTransferMessage,
  recordTransferMessage,
  staleTransferMessages,
  type OpenTransferMessage,
  type UnshownTransfer,
} from './transfer-messages.ts';
export { findTransfer, openTransfers, type TransferRecord } from './transfers-of.ts';
export {
  decideTransfer,
  submitReceipt,
  type DecidedTransfer,
  type ReceiptPhoto,
  type SubmittedReceipt,
  type TransferVerdict,
} from './transfers.ts';
export type { RecordedCharge, VerifiedCharge } from './verified-charge.ts';
export { readWallClock } from './wall-clock.ts';
