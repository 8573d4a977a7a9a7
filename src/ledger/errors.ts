import { WayleaveError } from '../base/errors.ts';

export const ledgerErrorCodes = {
  LEDGER_FOREIGN_ENTRY: 'an entry of another subscription',
  LEDGER_ORDER: 'entries out of their order',
  LEDGER_TARGET_UNKNOWN: 'a reversal of something that was not granted',
  LEDGER_NONSENSE: 'a row that no version of this program writes',
  LEDGER_SHOP_UNKNOWN: 'no such shop',
  LEDGER_SHOP_MODE: 'the shop was opened for the other kind of money',
  LEDGER_CUSTOMER_UNKNOWN: 'no such customer in this shop',
  LEDGER_CUSTOMER_BANNED: 'the customer is banned',
  LEDGER_ORDER_UNKNOWN: 'no such order in this shop',
  LEDGER_ORDER_CLOSED: 'the order is not open any more',
  LEDGER_SUBSCRIPTION_UNKNOWN: 'no such subscription of this customer',
  LEDGER_TRIAL_TAKEN: 'the customer had his trial',
  LEDGER_CHARGE_UNKNOWN: 'no such charge in this shop',
  LEDGER_CHARGE_SETTLED: 'somebody has decided about the charge already',
  LEDGER_REFUND_TOO_MUCH: 'more than what is left of the charge',
  LEDGER_GIFT_CAP: 'more time than may be given within a week',
  LEDGER_OWN_STAFF: 'somebody who works for the shop',
  LEDGER_REFUND_CAP: "beyond the person's daily cap",
  LEDGER_REFUND_PACE: 'too soon after another refund by the same person',
  LEDGER_REFUNDS_PAUSED: 'refunds are paused after a restore',
  LEDGER_TRANSFER_UNKNOWN: 'no such transfer in this shop',
  LEDGER_TRANSFERS_WAITING: 'as many receipts of the customer as may wait do wait',
  LEDGER_KEYS_FRESH: 'the newest keys were made a moment ago',
} as const;

export type LedgerErrorCode = keyof typeof ledgerErrorCodes;

/** Nothing was changed when one is thrown. */
export class LedgerError extends WayleaveError<LedgerErrorCode> {}
