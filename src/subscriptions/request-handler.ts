import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SubscriptionFormat } from '../formats/format.ts';
import {
  type Answer,
  failedAnswer,
  matchesEtag,
  missAnswer,
  tooManyAnswer,
  unavailableAnswer,
  unknownAppAnswer,
  unknownFormatAnswer,
} from './answer.ts';
import type { ClientAddresses } from './client-address.ts';
import type { DocumentCache, Lookup } from './document-cache.ts';
import { familyOf } from './families.ts';
import { openAppPage } from './open-app.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { RenderedSubscription } from './rendered-subscription.ts';
import type { Outcome, ServiceMetrics } from './service-metrics.ts';
import { standingOf } from './standing.ts';

export interface RequestHandlerParts {
  readonly cache: DocumentCache<RenderedSubscription>;
  readonly formats: ReadonlyMap<string, SubscriptionFormat>;
  readonly defaultFormat: SubscriptionFormat;
  readonly addresses: ClientAddresses;
  readonly addressLimiter: RateLimiter;
  readonly tokenLimiter: RateLimiter;
  readonly metrics: ServiceMetrics;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a request of any path comes down to. `token` is absent where the path names none. */
export interface SubscriptionRequest {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly token?: string;
  readonly formatName?: string;
  /** Asks for the page that hands the subscription to this app, instead of the subscription itself. */
  readonly openWith?: string;
}

export type RequestHandler = (request: SubscriptionRequest) => void;

/** What a token looks like: ours have 32 characters; aliases of other products' addresses may be shorter or longer. */
const tokenForm = /^[A-Za-z0-9_-]{16,64}$/;

/** The key of a token in memory, and in base64url what the database knows it by. */
export function tokenKey(token: string): string {
  return hash('sha256', token, 'base64url');
}

/**
 * Answers requests. Everything that a warm one needs happens in one turn of the event loop; nothing of the token or the
 * customer's address is kept or logged.
 */
export function createRequestHandler(parts: RequestHandlerParts): RequestHandler {
  const { cache, clock, metrics, log } = parts;

  return ({ message, response, token, formatName, openWith }) => {
    const startedMs = clock.monotonic();
    const { headers, socket, method } = message;
    const family = familyOf(headers['user-agent']);
    const finish = (answer: Answer, outcome: Outcome, staleMs?: number): void => {
      write(response, answer, { head: method === 'HEAD', ifNoneMatch: headers['if-none-match'], staleMs });
      if (staleMs !== undefined) metrics.staleAnswer(staleMs / 1000);
      const notModified = response.statusCode === 304;
      metrics.request(notModified ? 'not_modified' : outcome, family, (clock.monotonic() - startedMs) / 1000);
    };

    const forwardedFor = headers['x-forwarded-for'];
    const client = parts.addresses.keyOf(
      socket.remoteAddress ?? '',
      Array.isArray(forwardedFor) ? forwardedFor.join(',') : forwardedFor,
    );
    const addressWait = parts.addressLimiter.take(client);
    if (addressWait > 0) return finish(tooManyAnswer(addressWait), 'limited_address');
    const format = formatName === undefined ? parts.defaultFormat : parts.formats.get(formatName);
    // Before the token is looked at, so that the answer tells nothing about it.
    if (format === undefined) return finish(unknownFormatAnswer, 'bad_format');
    const page = openWith === undefined ? undefined : openAppPage(openWith, headers['accept-language']);
    if (openWith !== undefined && page === undefined) return finish(unknownAppAnswer, 'bad_format');
    if (token === undefined || !tokenForm.test(token)) return finish(missAnswer, 'miss');
    const key = tokenKey(token);
    const tokenWait = parts.tokenLimiter.take(key);
    if (tokenWait > 0) return finish(tooManyAnswer(tokenWait), 'limited_token');

    const conclude = (lookup: Lookup<RenderedSubscription>): void => {
      try {
        const [answer, outcome, staleMs] = judge(lookup, format, clock.now());
        const isThere = answer.status === 200;
        finish(isThere ? (page ?? answer) : answer, outcome, staleMs);
      } catch (error) {
        log.error({ error, tokenHash: key.slice(0, 8) }, 'a subscription request failed');
        if (!response.headersSent) finish(failedAnswer, 'error');
      }
    };
    const lookup = cache.lookup(key);
    if (lookup instanceof Promise) void lookup.then(conclude);
    else conclude(lookup);
  };
}

function judge(
  lookup: Lookup<RenderedSubscription>,
  format: SubscriptionFormat,
  nowMs: number,
): readonly [answer: Answer, outcome: Outcome, staleMs?: number | undefined] {
  if (lookup.kind === 'unavailable') return [unavailableAnswer, 'unavailable'];
  if (lookup.kind === 'absent') return [missAnswer, 'miss'];
  const standing = standingOf(lookup.cached.document, nowMs);
  if (standing === 'unknown') return [missAnswer, 'miss'];
  return [lookup.cached.answer(standing, format, 'en'), standing, lookup.staleMs];
}

function write(
  response: ServerResponse,
  answer: Answer,
  asked: { readonly head: boolean; readonly ifNoneMatch: string | undefined; readonly staleMs: number | undefined },
): void {
  const { etag } = answer;
  const headers =
    asked.staleMs === undefined
      ? answer.headers
      : [...answer.headers, 'x-wayleave-stale-seconds', String(Math.floor(asked.staleMs / 1000))];
  if (etag !== undefined && asked.ifNoneMatch !== undefined && matchesEtag(asked.ifNoneMatch, etag)) {
    response.writeHead(304, withoutContent(headers));
    response.end();
    return;
  }
  response.writeHead(answer.status, headers as string[]);
  if (asked.head) response.end();
  else response.end(answer.body, answer.encoding);
}

/** A 304 has no content to describe. */
function withoutContent(headers: readonly string[]): string[] {
  return headers.filter((_, at) => {
    const name = headers[at - (at % 2)] ?? '';
    return !name.startsWith('content-type') && !name.startsWith('content-length');
  });
}
