import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { isTokenForm } from './alias-paths.ts';
import { type Answer, foreignPageAnswer, privateHeaders, tooManyAnswer, unavailableAnswer } from './answer.ts';
import type { ClientAddresses } from './client-address.ts';
import type { CachedDocument, DocumentCache } from './document-cache.ts';
import { missFor } from './miss.ts';
import type { RateLimiter } from './rate-limit.ts';
import { tokenKey } from './request-handler.ts';
import { standingOf } from './standing.ts';
import { writeAnswer } from './write-answer.ts';

export interface DeviceRemovalParts {
  readonly cache: Pick<DocumentCache<CachedDocument>, 'lookup' | 'invalidate'>;
  /** @returns whether it was there */
  readonly remove: (subscriptionId: string, deviceId: string) => Promise<boolean>;
  readonly addresses: ClientAddresses;
  readonly addressLimiter: RateLimiter;
  readonly tokenLimiter: RateLimiter;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DeviceRemovalRequest {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly token: string;
  readonly deviceId: string;
}

/**
 * What the form on the customer's page asks for: one device less. Answers with a redirect to the page, so that reloading
 * it asks for nothing again.
 *
 * Whoever knows the address may do everything that the page can, and nothing hangs on cookies. Still no other site may
 * make a customer's browser send this: an address that leaked is not to be used by him unawares.
 */
export function createDeviceRemoval(parts: DeviceRemovalParts): (request: DeviceRemovalRequest) => Promise<void> {
  return async ({ message, response, token, deviceId }) => {
    const send = (answer: Answer): void => {
      writeAnswer(response, answer);
    };
    const client = parts.addresses.keyOf(message.socket.remoteAddress ?? '', message.headers['x-forwarded-for']);
    const addressWait = parts.addressLimiter.take(client);
    if (addressWait > 0) return send(tooManyAnswer(addressWait));
    // Before the token is looked at, so that the answer tells nothing about it.
    if (isFromElsewhere(message.headers)) return send(foreignPageAnswer);
    if (!isTokenForm(token)) return send(missFor(message.headers));
    const key = tokenKey(token);
    const tokenWait = parts.tokenLimiter.take(key);
    if (tokenWait > 0) return send(tooManyAnswer(tokenWait));
    const lookup = await parts.cache.lookup(key);
    if (lookup.kind === 'unavailable') return send(unavailableAnswer);
    if (lookup.kind === 'absent') return send(missFor(message.headers));
    const standing = standingOf(lookup.cached.document, parts.clock.now());
    // A replaced address shows no page with devices any more, and must not change them.
    if (standing === 'unknown' || standing === 'moved') return send(missFor(message.headers));
    const { subscriptionId } = lookup.cached.document;
    try {
      await parts.remove(subscriptionId, deviceId);
    } catch (error) {
      parts.log.warn({ err: error, tokenHash: key.slice(0, 8) }, 'a device cannot be removed now');
      return send(unavailableAnswer);
    }
    parts.cache.invalidate(subscriptionId);
    send(backTo(token));
  };
}

/**
 * Whether a page of another site makes the browser send this. Apps and old browsers say nothing of it; our page, which
 * hides its address from everybody, says `null` for its origin.
 */
function isFromElsewhere({ 'sec-fetch-site': site, origin, host }: IncomingHttpHeaders): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  if (origin === undefined || origin === 'null') return false;
  return !URL.canParse(origin) || new URL(origin).host !== host?.toLowerCase();
}

/** Relative, because behind a proxy only the browser knows under which address it reached us. */
function backTo(token: string): Answer {
  const location = `../../../${encodeURIComponent(token)}`;
  return {
    status: 303,
    body: '',
    encoding: 'latin1',
    headers: ['location', location, 'content-length', '0', 'cache-control', 'no-store', ...privateHeaders],
  };
}
