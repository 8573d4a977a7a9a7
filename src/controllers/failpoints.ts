/**
 * Points at which a kill test may end the process, in the order of a subscription's life. Each stands between two effects
 * that cannot be one transaction, so each is a place where a crash could leave them apart.
 */
export const operatorFailpoints = [
  'subscription.after-finalizer',
  'subscription.after-identity',
  'subscription.after-keys',
  'subscription.after-entitlement',
  'panel.before-ensure',
  'panel.after-ensure',
  'panel.after-confirm',
  'subscription.before-status',
  'subscription.after-status',
  'revocation.after-record',
  'finalizer.after-mark',
  'finalizer.before-release',
  'revocation.before-remove',
  'revocation.after-remove',
  'revocation.after-finish',
] as const;

export type FailpointName = (typeof operatorFailpoints)[number];

/** Called at each point; does nothing in production. */
export type Failpoint = (name: FailpointName) => Promise<void> | void;

/** The same for the way from the ledger to the resource, which the bot runs. */
export const projectionFailpoints = [
  'projection.after-refold',
  'projection.before-apply',
  'projection.after-apply',
  'projection.before-finish',
] as const;

export type ProjectionFailpoint = (typeof projectionFailpoints)[number];
