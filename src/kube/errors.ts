import { WayleaveError, type Retry, type WayleaveErrorOptions } from '../base/errors.ts';

/** Everything that can go wrong between us and the API server, one code each. */
export const kubeErrorCodes = {
  KUBE_NOT_FOUND: 'the API server says that there is no such object',
  KUBE_CONFLICT: 'somebody else wrote first, or owns the field: read again and decide again',
  KUBE_ALREADY_EXISTS: 'an object of that name exists',
  KUBE_INVALID: 'the object or the request breaks a rule of the API',
  KUBE_FORBIDDEN: 'our account lacks the right',
  KUBE_UNAUTHORIZED: 'our credentials are refused or could not be obtained',
  KUBE_GONE: 'the resource version or the list token is too old: list again',
  KUBE_TOO_MANY_REQUESTS: 'the API server asks to slow down',
  KUBE_SERVER: 'the API server failed (5xx)',
  KUBE_TRANSPORT: 'no answer: refused, reset, cut, or a TLS failure',
  KUBE_TIMEOUT: 'no answer before the deadline; a write may have happened',
  KUBE_NONSENSE: 'an answer that is not of the Kubernetes API; also an API group that is not served',
} as const;

export type KubeErrorCode = keyof typeof kubeErrorCodes;

/** The same request can succeed later unless the object, our rights or our request change first. */
const never = new Set<KubeErrorCode>(['KUBE_NOT_FOUND', 'KUBE_ALREADY_EXISTS', 'KUBE_INVALID', 'KUBE_FORBIDDEN']);

interface KubeErrorFacts {
  readonly status?: number | undefined;
  readonly reason?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly cause?: unknown;
}

/** A request to the API server that did not succeed: `status` and `reason` are its own words, if it answered. */
export class KubeError extends WayleaveError<KubeErrorCode> {
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: KubeErrorCode, message: string, facts: KubeErrorFacts = {}) {
    super(code, message, { retry: never.has(code) ? 'never' : 'later', cause: facts.cause });
    this.status = facts.status;
    this.reason = facts.reason;
    this.retryAfterMs = facts.retryAfterMs;
  }
}

/** Whether `thrown` is a {@link KubeError} of one of these codes. */
export function isKubeError(thrown: unknown, ...codes: readonly KubeErrorCode[]): thrown is KubeError {
  return thrown instanceof KubeError && codes.includes(thrown.code);
}

/** Thrown by a reconcile when no retry can help before somebody changes the object: counted, never requeued. */
export class TerminalError extends WayleaveError {
  constructor(code: string, message: string, options: Omit<WayleaveErrorOptions, 'retry'> & { retry?: Retry } = {}) {
    super(code, message, { ...options, retry: 'never' });
  }
}
