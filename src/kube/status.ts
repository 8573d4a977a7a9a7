import { KubeError, type KubeErrorCode } from './errors.ts';

/** The API server's own error body, `kind: Status`, as far as we read it. */
export interface Status {
  readonly kind: 'Status';
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number };
}

export function isStatus(body: unknown): body is Status {
  return typeof body === 'object' && body !== null && 'kind' in body && body.kind === 'Status';
}

const codesByStatus: Readonly<Record<number, KubeErrorCode>> = {
  400: 'KUBE_INVALID',
  401: 'KUBE_UNAUTHORIZED',
  403: 'KUBE_FORBIDDEN',
  404: 'KUBE_NOT_FOUND',
  405: 'KUBE_INVALID',
  406: 'KUBE_INVALID',
  409: 'KUBE_CONFLICT',
  410: 'KUBE_GONE',
  413: 'KUBE_INVALID',
  415: 'KUBE_INVALID',
  422: 'KUBE_INVALID',
  429: 'KUBE_TOO_MANY_REQUESTS',
};

/** Codes that mean something only in the API server's own words; from anything else they are a broken path to it. */
const needsStatus = new Set<KubeErrorCode>(['KUBE_NOT_FOUND', 'KUBE_CONFLICT', 'KUBE_GONE', 'KUBE_INVALID']);

function codeOf(status: number, body: unknown): KubeErrorCode {
  if (status >= 500) {
    return 'KUBE_SERVER';
  }
  const code = codesByStatus[status] ?? 'KUBE_NONSENSE';
  if (!isStatus(body)) {
    return needsStatus.has(code) ? 'KUBE_NONSENSE' : code;
  }
  return code === 'KUBE_CONFLICT' && body.reason === 'AlreadyExists' ? 'KUBE_ALREADY_EXISTS' : code;
}

interface FailedAnswer {
  /** What was asked, for example `GET Lease kube-system/x`. */
  readonly what: string;
  readonly status: number;
  readonly body: unknown;
  /** The `Retry-After` header, in seconds. */
  readonly retryAfter?: string | undefined;
  /** Leave the server's message out: it can quote values of what was written. */
  readonly secret?: boolean | undefined;
}

/** Turns an answer that is not a success into an error. A 404 counts as "there is none" only in a Status body. */
export function errorOfAnswer({ what, status, body, retryAfter, secret }: FailedAnswer): KubeError {
  const said = isStatus(body) ? body : undefined;
  const seconds = Number(retryAfter ?? said?.details?.retryAfterSeconds);
  const words = secret === true ? said?.reason : (said?.message ?? said?.reason);
  return new KubeError(codeOf(status, body), `${what}: ${status} ${words ?? 'without a Kubernetes Status'}`, {
    status,
    reason: said?.reason,
    retryAfterMs: Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined,
  });
}
