/** An answer that is ready to be written, and may be written many times. */
export interface Answer {
  readonly status: number;
  /** Names and values in turn, as `writeHead` takes them. */
  readonly headers: readonly string[];
  readonly body: string;
  /** Of the body: Node writes latin1 for half the price of UTF-8, and both are the same bytes while all is ASCII. */
  readonly encoding: 'latin1' | 'utf8';
  /** Absent where there is nothing to revalidate. */
  readonly etag?: string;
}

/** On every answer: what stands here is nobody's but the customer's. */
export const privateHeaders = ['x-robots-tag', 'noindex, nofollow', 'x-content-type-options', 'nosniff'] as const;

/** On every answer about a subscription: what it is like depends on who asks. */
export const variesBy = ['vary', 'accept, accept-language, user-agent, x-hwid'] as const;

function plainAnswer(status: number, body: string, extra: readonly string[] = []): Answer {
  const headers = ['content-type', 'text/plain; charset=utf-8', 'content-length', String(body.length)];
  return {
    status,
    body,
    encoding: 'latin1',
    headers: [...headers, 'cache-control', 'no-store', ...privateHeaders, ...extra],
  };
}

/**
 * Unknown, malformed and revoked tokens, and every other path: one object, so that nobody can tell them apart. To be had by
 * `missFor`, which has one for browsers too.
 */
export const missAnswer = plainAnswer(404, 'not found\n');

/** We cannot read, which is never "there is none". Apps keep what they have. */
export const unavailableAnswer = plainAnswer(503, 'temporarily unavailable\n', ['retry-after', '30']);

export const unknownFormatAnswer = plainAnswer(400, 'unknown format\n');

export const unknownAppAnswer = plainAnswer(400, 'unknown app\n');

/** A form that another site's page sent. */
export const foreignPageAnswer = plainAnswer(403, 'not from the page itself\n');

export const failedAnswer = plainAnswer(500, 'internal error\n');

export function tooManyAnswer(retryAfterSeconds: number): Answer {
  return plainAnswer(429, 'too many requests\n', ['retry-after', String(retryAfterSeconds)]);
}

/** Whether `If-None-Match` names this version. Weak comparison, as RFC 9110 section 13.1.2 wants for GET. */
export function matchesEtag(ifNoneMatch: string, etag: string): boolean {
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}

/** A small page that nobody keeps. @param policy its `content-security-policy` */
export function htmlAnswer(status: number, body: string, policy: string): Answer {
  return {
    status,
    body,
    encoding: 'utf8',
    headers: [
      'content-type',
      'text/html; charset=utf-8',
      'content-length',
      String(Buffer.byteLength(body)),
      'cache-control',
      'no-store',
      'referrer-policy',
      'no-referrer',
      'content-security-policy',
      policy,
      ...privateHeaders,
    ],
  };
}
