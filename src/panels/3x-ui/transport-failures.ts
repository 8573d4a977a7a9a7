import { PanelError } from '../errors.ts';

const untrustedCertificate = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Failures before a request leaves this machine: whatever it asked for did not happen. */
const neverSent = new Set([
  'EADDRNOTAVAIL',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export interface FailedCall {
  readonly panel: string;
  readonly origin: string;
  readonly write: boolean;
  readonly deadlineMs: number;
  /** Our own deadline ended it. */
  readonly late: boolean;
}

/** Turns what a socket or undici threw into the error that says what to mend; a write that may have happened is uncertain. */
export function transportFailure(cause: unknown, call: FailedCall): PanelError {
  const code = codeOf(cause);
  const where = `panel ${call.panel} at ${call.origin}`;
  if (untrustedCertificate.has(code)) {
    return new PanelError(
      'PANEL_TLS_UNTRUSTED',
      `the certificate of ${where} is not trusted (${code}): renew it, or put the authority that signed it into caBundle`,
      { retry: 'later', cause },
    );
  }
  if (code.startsWith('ERR_OSSL_')) {
    return new PanelError(
      'PANEL_TLS_UNTRUSTED',
      `the caBundle of panel ${call.panel} is not PEM (${code}): paste the whole certificate`,
      {
        retry: 'later',
        cause,
      },
    );
  }
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return new PanelError(
      'PANEL_UNREACHABLE',
      `${where} speaks plain HTTP: write http:// in its URL, or give it a certificate`,
      {
        retry: 'later',
        cause,
      },
    );
  }
  if (call.write && !neverSent.has(code)) {
    return new PanelError('PANEL_UNCERTAIN', `a write to ${where} had no clear answer (${reasonOf(code, call)})`, {
      retry: 'later',
      cause,
    });
  }
  if (code.startsWith('HPE_')) {
    return new PanelError('PANEL_NONSENSE', `${where} does not speak HTTP: check host and port`, {
      retry: 'later',
      cause,
    });
  }
  return new PanelError(
    'PANEL_UNREACHABLE',
    `${where} does not answer (${reasonOf(code, call)}): check host, port, firewall and that the panel runs`,
    { retry: 'later', cause },
  );
}

function reasonOf(code: string, { late, deadlineMs }: FailedCall): string {
  if (late) return `nothing within ${String(deadlineMs / 1000)} s`;
  return code === '' ? 'the connection broke' : code;
}

function codeOf(thrown: unknown): string {
  for (let at: unknown = thrown, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    // An address with several families fails with one error for each.
    const inner: unknown = at instanceof AggregateError ? at.errors[0] : at;
    const code: unknown = inner instanceof Error && 'code' in inner ? inner.code : undefined;
    if (typeof code === 'string' && code !== '') return code;
  }
  return '';
}
