import { WayleaveError } from '../../base/errors.ts';

/** Why a projection waits, one code each. All of them are tried again for ever. */
export const projectionErrorCodes = {
  PROJECTION_TERMINATING: 'the resource is being deleted, and is made anew when it is gone',
  PROJECTION_RESTLESS: 'the entitlement changed again and again while it was being carried into the cluster',
  PROJECTION_REVISION: 'the resource shows a revision that no ledger can reach',
} as const;

export type ProjectionErrorCode = keyof typeof projectionErrorCodes;

export class ProjectionError extends WayleaveError<ProjectionErrorCode> {}
