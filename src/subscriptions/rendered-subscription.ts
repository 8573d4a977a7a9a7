import { hash } from 'node:crypto';

import type { SubscriptionFormat, SubscriptionServer } from '../formats/format.ts';
import { readEndpoint } from '../formats/read-endpoint.ts';
import { type Answer, privateHeaders } from './answer.ts';
import { type NoticeLocale, noticesFor } from './notices.ts';
import { profileHeaders, titleOf, type ProfileSettings } from './profile-headers.ts';
import type { SubscriptionDocument } from './source.ts';
import { showsServers, type Standing } from './standing.ts';

/** A document with the answers that were made of it. What is cached is data; each answer is rendered once at most. */
export class RenderedSubscription {
  readonly document: SubscriptionDocument;
  readonly #profile: ProfileSettings;
  readonly #servers: readonly SubscriptionServer[];
  readonly #answers = new Map<string, Answer>();

  /** @throws FormatError FORMAT_ENDPOINT_INVALID if a stored endpoint is none: never a shorter list */
  constructor(document: SubscriptionDocument, profile: ProfileSettings) {
    this.document = document;
    this.#profile = profile;
    this.#servers = document.servers.map(({ endpoint, clientUuid }) => ({
      endpoint: readEndpoint(endpoint),
      credential: { uuid: clientUuid },
    }));
  }

  /**
   * @param standing as judged now, not `unknown`
   * @throws FormatError FORMAT_ENDPOINT_INVALID if an endpoint cannot be shown
   */
  answer(standing: Standing, format: SubscriptionFormat, locale: NoticeLocale): Answer {
    const variant = `${standing} ${format.name} ${locale}`;
    const known = this.#answers.get(variant);
    if (known !== undefined) return known;
    const answer = this.#render(standing, format, locale);
    this.#answers.set(variant, answer);
    return answer;
  }

  #render(standing: Standing, format: SubscriptionFormat, locale: NoticeLocale): Answer {
    const body = format.render({
      title: titleOf(this.document, this.#profile),
      notices: noticesFor(standing, locale),
      servers: showsServers(standing) ? this.#servers : [],
    });
    // Of the body alone: usage changes with every poll, and a 304 carries the new headers anyway.
    const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
    const bytes = Buffer.byteLength(body);
    const headers = [
      'content-type',
      format.contentType,
      'content-length',
      String(bytes),
      'etag',
      etag,
      // The customer's own app may keep it and ask whether it changed; nobody in between may.
      'cache-control',
      'private, no-cache',
      ...profileHeaders(this.document, this.#profile),
      ...privateHeaders,
    ];
    return { status: 200, headers, body, etag, encoding: bytes === body.length ? 'latin1' : 'utf8' };
  }
}
