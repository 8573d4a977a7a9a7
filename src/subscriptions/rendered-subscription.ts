import { hash } from 'node:crypto';

import type { ClientCore, LockoutReason } from '../formats/client-core.ts';
import { isSound, renderEndpointLink } from '../formats/endpoint-link.ts';
import type { SubscriptionFormat, SubscriptionServer } from '../formats/format.ts';
import { readEndpoint } from '../formats/read-endpoint.ts';
import { type Answer, privateHeaders, variesBy } from './answer.ts';
import type { Language } from './languages.ts';
import { noticesFor, unusableNotice } from './notices.ts';
import type { PageServer } from './page-answer.ts';
import { type Profile, titleOf, visibleText } from './profile.ts';
import { type HeaderSet, profileHeaders } from './profile-headers.ts';
import type { SubscriptionDocument } from './source.ts';
import { showsServers, type Standing } from './standing.ts';
import { coresThatWork, type UsableServers, usableServers } from './usable-servers.ts';

/** What an answer depends on beside the document. */
export interface Variant {
  /** As judged now, not `unknown`. */
  readonly standing: Standing;
  readonly format: SubscriptionFormat;
  /** What the app runs on, where that is known; the format's own, where it has one, counts more. */
  readonly core: ClientCore | undefined;
  readonly language: Language;
  readonly headers: HeaderSet;
}

export interface RenderedAnswer extends Answer {
  /** Why servers were left out for the app that asks. */
  readonly lockouts: readonly LockoutReason[];
}

/**
 * Answers that are kept of one document. A customer has one or two apps and one standing; more is somebody who tries what
 * there is, and must not fill the memory with it.
 */
const mostAnswers = 12;

/** A page shows no more of it; apps show all. */
const longestServerName = 80;

/** Of objects around the text, roughly. */
const bytesAround = 1024;

/** A document with the answers that were made of it. What is cached is data; each answer is rendered once at most. */
export class RenderedSubscription {
  readonly document: SubscriptionDocument;
  readonly profile: Profile;
  readonly #servers: readonly SubscriptionServer[];
  readonly #usable = new Map<ClientCore | undefined, UsableServers>();
  readonly #answers = new Map<string, RenderedAnswer>();
  #bytes: number;

  /** @throws FormatError FORMAT_ENDPOINT_INVALID if a stored endpoint is none: never a shorter list */
  constructor(document: SubscriptionDocument, profile: Profile) {
    this.document = document;
    this.profile = profile;
    this.#servers = document.servers.map(({ endpoint, clientUuid }) => ({
      endpoint: readEndpoint(endpoint),
      credential: { uuid: clientUuid },
    }));
    // Twice: as it was read, and its servers as they are rendered from. The shop is the same object for all its customers.
    const { shop: _, ...own } = document;
    this.#bytes = bytesAround + 2 * JSON.stringify(own).length;
  }

  /** What it takes in memory, roughly, with every answer that is kept. Grows by `answer`. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Makes sure that it can be shown, and keeps nothing of it.
   *
   * @throws FormatError FORMAT_ENDPOINT_INVALID if an endpoint cannot be shown
   */
  check(variant: Variant): void {
    this.#render(variant);
  }

  /** @throws FormatError FORMAT_ENDPOINT_INVALID if an endpoint cannot be shown */
  answer(variant: Variant): RenderedAnswer {
    const { standing, format, language, headers } = variant;
    const core = format.core ?? variant.core ?? '';
    const key = `${standing} ${format.name} ${core} ${language} ${headers}`;
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = this.#render(variant);
    this.#forgetOldest();
    this.#answers.set(key, answer);
    this.#bytes += bytesOf(answer);
    return answer;
  }

  /** Everything that the customer may have now, as his page shows it. */
  pageServers(standing: Standing): readonly PageServer[] {
    if (!showsServers(standing)) return [];
    const sound = this.#servers.filter(({ endpoint }) => isSound(endpoint));
    return sound.map(({ endpoint, credential }) => ({
      name: visibleText(endpoint.remark, longestServerName) ?? endpoint.address,
      link: renderEndpointLink(endpoint, credential),
      isVpn: endpoint.protocol === 'vless',
    }));
  }

  /** What an app may run on to use at least one of the servers. */
  usableCores(): readonly ClientCore[] {
    return coresThatWork(this.#servers);
  }

  #forgetOldest(): void {
    if (this.#answers.size < mostAnswers) return;
    const [oldest] = this.#answers;
    if (oldest === undefined) return;
    this.#answers.delete(oldest[0]);
    this.#bytes -= bytesOf(oldest[1]);
  }

  #render({ standing, format, core, language, headers }: Variant): RenderedAnswer {
    const { document, profile } = this;
    const { servers, reasons, isLockedOut } = this.#usableBy(format.core ?? core);
    const isShown = showsServers(standing);
    const body = format.render({
      title: titleOf(document, profile, language),
      notices: [
        ...noticesFor(standing, language),
        ...(isShown && isLockedOut ? [unusableNotice(coresThatWork(this.#servers), language)] : []),
      ],
      servers: isShown ? servers : [],
    });
    // Of the body alone: usage changes with every poll, and a 304 carries the new headers anyway.
    const etag = `"${hash('sha256', body, 'base64url').slice(0, 22)}"`;
    const bytes = Buffer.byteLength(body);
    return {
      status: 200,
      body,
      etag,
      encoding: bytes === body.length ? 'latin1' : 'utf8',
      lockouts: isShown ? reasons : [],
      headers: [
        'content-type',
        format.contentType,
        'content-length',
        String(bytes),
        'etag',
        etag,
        // The customer's own app may keep it and ask whether it changed; nobody in between may.
        'cache-control',
        'private, no-cache',
        ...variesBy,
        ...profileHeaders(document, profile, { language, headers, format }),
        ...privateHeaders,
      ],
    };
  }

  #usableBy(core: ClientCore | undefined): UsableServers {
    const known = this.#usable.get(core);
    if (known !== undefined) return known;
    const usable = usableServers(this.#servers, core);
    this.#usable.set(core, usable);
    return usable;
  }
}

/** One byte for a character where all are ASCII, else two. */
function bytesOf({ body, encoding }: Answer): number {
  return bytesAround + (encoding === 'latin1' ? body.length : 2 * body.length);
}
