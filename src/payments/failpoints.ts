/** Places between two effects where a test kills the process, in the order in which money passes them. */
export const paymentFailpoints = [
  'reconcile.after-record',
  'reconcile.before-cursor',
  'refund.before-send',
  'refund.after-send',
  'refund.after-confirm',
] as const;

export type PaymentFailpoint = (typeof paymentFailpoints)[number];

/** Does nothing in production. */
export type Failpoint = (name: PaymentFailpoint) => Promise<void> | void;
