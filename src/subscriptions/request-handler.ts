import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { SubscriptionFormat } from '../formats/format.ts';
import { isTokenForm } from './alias-paths.ts';
import { isLinkedApp } from './app-links.ts';
import {
  type Answer,
  failedAnswer,
  tooManyAnswer,
  unavailableAnswer,
  unknownAppAnswer,
  unknownFormatAnswer,
} from './answer.ts';
import type { ClientAddresses } from './client-address.ts';
import { type Admission, admissionHeaders, type DeviceGate } from './device-gate.ts';
import type { DocumentCache, Lookup } from './document-cache.ts';
import { appOf } from './families.ts';
import { chooseLanguage } from './languages.ts';
import { missFor } from './miss.ts';
import { choose, formatNamed, pageName } from './negotiation.ts';
import { openAppPage } from './open-app.ts';
import { pageAnswer, type Pages } from './page-answer.ts';
import { headerSetOf, momentaryHeaders } from './profile-headers.ts';
import { addressUnder, publicBase } from './public-address.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { RenderedAnswer, RenderedSubscription } from './rendered-subscription.ts';
import type { Outcome, ServiceMetrics } from './service-metrics.ts';
import { type ShownStanding, showsServers, type Standing, standingOf } from './standing.ts';
import type { UsageOfTokens } from './usage-of-tokens.ts';
import { writeAnswer } from './write-answer.ts';

export interface RequestHandlerParts {
  readonly cache: DocumentCache<RenderedSubscription>;
  readonly formats: ReadonlyMap<string, SubscriptionFormat>;
  readonly defaultFormat: SubscriptionFormat;
  /** Absent: browsers get what apps of nobody's get. */
  readonly pages: Pages | undefined;
  readonly addresses: ClientAddresses;
  readonly addressLimiter: RateLimiter;
  readonly tokenLimiter: RateLimiter;
  readonly devices: DeviceGate;
  readonly usage: UsageOfTokens;
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

/** The key of a token in memory, and in base64url what the database knows it by. */
export function tokenKey(token: string): string {
  return hash('sha256', token, 'base64url');
}

/**
 * Answers requests. Everything that a warm one needs happens in one turn of the event loop; nothing of the token or the
 * customer's address is kept or logged.
 */
export function createRequestHandler(parts: RequestHandlerParts): RequestHandler {
  const { cache, clock, metrics, log, pages } = parts;

  return ({ message, response, token, formatName, openWith }) => {
    const startedMs = clock.monotonic();
    const { headers, socket, method } = message;
    const userAgent = headers['user-agent'];
    const app = appOf(userAgent);
    const finish = (answer: Answer, outcome: Outcome, extra?: readonly string[]): void => {
      writeAnswer(response, answer, { head: method === 'HEAD', ifNoneMatch: headers['if-none-match'] }, extra);
      const notModified = response.statusCode === 304;
      metrics.request(notModified ? 'not_modified' : outcome, app.family, (clock.monotonic() - startedMs) / 1000);
    };

    const client = parts.addresses.keyOf(socket.remoteAddress ?? '', headers['x-forwarded-for']);
    const addressWait = parts.addressLimiter.take(client);
    if (addressWait > 0) return finish(tooManyAnswer(addressWait), 'limited_address');
    const named = formatName === undefined ? undefined : formatNamed(formatName);
    // Before the token is looked at, so that the answer tells nothing about it.
    if (formatName !== undefined && named === undefined) return finish(unknownFormatAnswer, 'bad_format');
    if (openWith !== undefined && !isLinkedApp(openWith)) return finish(unknownAppAnswer, 'bad_format');
    if (token === undefined || !isTokenForm(token)) return finish(missFor(headers, app), 'miss');
    const key = tokenKey(token);
    const tokenWait = parts.tokenLimiter.take(key);
    if (tokenWait > 0) return finish(tooManyAnswer(tokenWait), 'limited_token');

    const conclude = (lookup: Lookup<RenderedSubscription>): void => {
      guarded(() => {
        if (lookup.kind === 'unavailable') return finish(unavailableAnswer, 'unavailable');
        if (lookup.kind === 'absent') return finish(missFor(headers, app), 'miss');
        const { cached, staleMs } = lookup;
        const nowMs = clock.now();
        const standing = standingOf(cached.document, nowMs);
        if (standing === 'unknown') return finish(missFor(headers, app), 'miss');
        parts.usage.used(key);
        if (staleMs !== undefined) metrics.staleAnswer(staleMs / 1000);
        answerKnown(cached, { standing, nowMs, staleMs });
      });
    };

    const answerKnown = (
      cached: RenderedSubscription,
      now: { readonly standing: ShownStanding; readonly nowMs: number; readonly staleMs: number | undefined },
    ): void => {
      const { standing, nowMs, staleMs } = now;
      const { document, profile } = cached;
      const { host } = headers;
      const wish = { customer: document.language, acceptLanguage: headers['accept-language'], shop: profile.language };
      const language = chooseLanguage(wish);
      const staleness = staleMs === undefined ? [] : ['x-wayleave-stale-seconds', String(Math.floor(staleMs / 1000))];
      if (openWith !== undefined) {
        return finish(openAppPage(openWith, language) ?? unknownAppAnswer, standing, staleness);
      }
      const choice = choose({ named, accept: headers.accept, userAgent, app }, profile);
      if (choice === pageName && pages !== undefined) {
        const request = { standing, language, nowMs, token, host, userAgent };
        return finish(pageAnswer(pages, cached, request), standing, staleness);
      }
      const format = parts.formats.get(choice) ?? parts.defaultFormat;
      const base = publicBase(profile.publicUrls, host);
      const address = base === undefined ? undefined : addressUnder(base, token);
      const momentary = momentaryHeaders(document, profile, { nowMs, address });
      const answerDevice = (admission: Admission): void => {
        const shown: Standing = admission === 'full' ? 'full' : standing;
        const variant = { standing: shown, format, core: app.core, language, headers: headerSetOf(app.family) };
        const answer = render(cached, variant, key);
        metrics.lockedOut(app.family, answer.lockouts);
        finish(answer, shown, [...momentary, ...admissionHeaders(admission), ...staleness]);
      };
      // Only who would get servers takes a place.
      if (!showsServers(standing)) return answerDevice('uncounted');
      const admission = parts.devices.admit(document, headers, { key, isStale: staleMs !== undefined });
      if (!(admission instanceof Promise)) return answerDevice(admission);
      void admission.then((one) => {
        guarded(() => {
          answerDevice(one);
        });
      });
    };

    const guarded = (action: () => void): void => {
      try {
        action();
      } catch (error) {
        log.error({ err: error, tokenHash: key.slice(0, 8) }, 'a subscription request failed');
        if (!response.headersSent) finish(failedAnswer, 'error');
      }
    };
    const lookup = cache.lookup(key);
    if (lookup instanceof Promise) void lookup.then(conclude);
    else conclude(lookup);
  };

  /** What was rendered for the first time takes room in memory, which has a bound. */
  function render(
    cached: RenderedSubscription,
    variant: Parameters<RenderedSubscription['answer']>[0],
    key: string,
  ): RenderedAnswer {
    const before = cached.bytes;
    const answer = cached.answer(variant);
    if (cached.bytes !== before) cache.measure(key, cached);
    return answer;
  }
}
