import { seenUserAgents } from '../../../src/subscriptions/user-agents.corpus.ts';
import { type Asking, askings, faultOfDocument, faultOfPage, type FormatName } from './answer-book.ts';
import type { Customer } from './customers.ts';
import type { WrittenRequest } from './fuzz-bytes.ts';
import { canary, type FuzzRequest, type Route } from './fuzz-requests.ts';
import type { Heard, WireAnswer } from './wire.ts';

/** The formats that a name may come to; all of them where the app decides. */
type Formats = readonly FormatName[] | 'any';

/** What routes mean: the customer's documents, the form that removes a device, or nothing at all. */
type Meaning = { readonly kind: 'documents'; readonly formats: Formats; readonly asksQuery: boolean } | 'removal';

const meanings: Readonly<Partial<Record<Route, Meaning>>> = {
  '/sub/{t}': { kind: 'documents', formats: 'any', asksQuery: true },
  '/json/{t}': { kind: 'documents', formats: ['xray'], asksQuery: true },
  '/clash/{t}': { kind: 'documents', formats: ['mihomo'], asksQuery: true },
  '/api/sub/{t}': { kind: 'documents', formats: 'any', asksQuery: true },
  '/sub/{t}/clash': { kind: 'documents', formats: ['mihomo'], asksQuery: false },
  '/sub/{t}/sing-box': { kind: 'documents', formats: ['sing-box', 'sing-box-legacy'], asksQuery: false },
  '/sub/{t}/v2ray-json': { kind: 'documents', formats: ['xray'], asksQuery: false },
  '/api/sub/{t}/json': { kind: 'documents', formats: ['xray'], asksQuery: false },
  '/api/sub/{t}/mihomo': { kind: 'documents', formats: ['mihomo'], asksQuery: false },
  '/sub/{t}/devices/{n}/remove': 'removal',
};

/** Names that `?format=` takes, and what they come to. */
const named: ReadonlyMap<string, Formats> = new Map<string, Formats>([
  ['links', ['links']],
  ['v2ray', ['links']],
  ['plain', ['plain']],
  ['mihomo', ['mihomo']],
  ['clash', ['mihomo']],
  ['stash', ['mihomo']],
  ['sing-box', ['sing-box', 'sing-box-legacy']],
  ['sing-box-legacy', ['sing-box-legacy']],
  ['xray', ['xray']],
  ['json', ['xray']],
  ['page', 'any'],
]);
const openable = new Set(['happ', 'hiddify', 'v2rayng', 'clash-verge', 'v2raytun', 'sing-box']);

/** What somebody who is refused gets, whoever he is. */
const refusals = ['miss', 'unknown format', 'unknown app', 'another page'] as const;
type Refusal = (typeof refusals)[number];

/** What may be told to who asks for a document of an address that nobody has. */
const refusalsOfReaders: readonly Refusal[] = ['miss', 'unknown format', 'unknown app'];

/** Answers that were given to clean requests before the fuzzing began, each of them examined. */
export interface Learned {
  readonly byToken: ReadonlyMap<string, LearnedCustomer>;
  /** With everything but the date. */
  readonly refusals: Readonly<Record<Refusal, string>>;
  /** The miss of who reads HTML, in each language. */
  readonly missPages: readonly string[];
}

export interface LearnedCustomer {
  readonly customer: Customer;
  readonly userInfo: string;
  /** Of each body: its ETag, and the formats that it is the document of. */
  readonly documents: ReadonlyMap<string, { readonly etag: string; readonly formats: ReadonlySet<FormatName> }>;
  readonly etags: readonly string[];
}

type Ask = (path: string, headers: Readonly<Record<string, string>>, method?: 'GET' | 'POST') => Promise<WireAnswer>;

/**
 * Asks for every document of every customer once, and examines it.
 *
 * @throws Error when one is not complete
 */
export async function learn(customers: readonly Customer[], ask: Ask): Promise<Learned> {
  const alive = customers.filter(({ kind }) => kind !== 'revoked');
  const learned = await Promise.all(alive.map((customer) => learnCustomer(customer, ask)));
  const known = alive[0]?.token ?? '';
  const unknown = '/sub/AAAAbbbbCCCCddddEEEEffffGGGGhhh2';
  const missPages = ['en', 'ru'].map(async (language) =>
    canonical(await ask(unknown, { accept: 'text/html', 'accept-language': language })),
  );
  return {
    missPages: await Promise.all(missPages),
    byToken: new Map(learned.map((one) => [one.customer.token, one])),
    refusals: {
      miss: canonical(await ask(unknown, {})),
      'unknown format': canonical(await ask(`/sub/${known}?format=nonsense`, {})),
      'unknown app': canonical(await ask(`/sub/${known}?open=nonsense`, {})),
      'another page': canonical(await ask(`/sub/${known}/devices/1/remove`, { origin: 'https://example.org' }, 'POST')),
    },
  };
}

async function learnCustomer(customer: Customer, ask: Ask): Promise<LearnedCustomer> {
  const documents = new Map<string, { etag: string; formats: Set<FormatName> }>();
  let userInfo = '';
  for (const asking of askings(customer)) {
    const answer = await ask(`/sub/${customer.token}?format=${asking.format}`, headersOf(asking));
    const body = Buffer.from(answer.body, 'latin1').toString('utf8');
    const fault =
      answer.status === 200 ? faultOfDocument(body, customer, asking) : `the answer ${String(answer.status)}`;
    if (fault !== undefined) throw new Error(`${customer.name} (${customer.kind}), ${asking.format}: ${fault}`);
    const known = documents.get(answer.body) ?? { etag: headerOf(answer, 'etag'), formats: new Set() };
    documents.set(answer.body, { ...known, formats: new Set([...known.formats, asking.format]) });
    userInfo = headerOf(answer, 'subscription-userinfo');
  }
  const etags = [...new Set(Array.from(documents.values(), ({ etag }) => etag))];
  return { customer, userInfo, documents, etags };
}

function headersOf({ userAgent, language, hwid }: Asking): Readonly<Record<string, string>> {
  return {
    'user-agent': userAgent,
    'accept-language': language,
    ...(hwid === undefined ? {} : { 'x-hwid': hwid }),
  };
}

type Expected =
  | { readonly kind: 'refusal'; readonly any: readonly Refusal[] }
  | { readonly kind: 'documents'; readonly known: LearnedCustomer; readonly formats: Formats }
  | { readonly kind: 'open app'; readonly known: LearnedCustomer }
  | { readonly kind: 'removal'; readonly known: LearnedCustomer };

const miss: Expected = { kind: 'refusal', any: ['miss'] };

/** Why this is not the answer to that request; undefined when it is. */
export function faultOfAnswer(answer: WireAnswer, written: WrittenRequest, learned: Learned): string | undefined {
  const expected = expectedOf(written, learned);
  const fault = faultOfAnyAnswer(answer) ?? faultOf(answer, expected, written, learned);
  return fault && `${fault}, where ${describe(expected)} was expected: ${JSON.stringify(answer).slice(0, 600)}`;
}

/** Of an answer to bytes that may be no request at all. */
export function faultOfHeard(heard: Heard, sent: string, learned: Learned): string | undefined {
  if (/HTTP\/1\.1 5\d\d/.test(heard.rest)) return `a failure: ${heard.rest.slice(0, 200)}`;
  if (heard.rest.includes(canary)) return 'an answer that repeats what it was told';
  for (const answer of heard.answers) {
    const fault = faultOfAnyAnswer(answer) ?? faultOfStray(answer, sent, learned);
    if (fault !== undefined) return `${fault}: ${JSON.stringify(answer).slice(0, 600)}`;
  }
  return undefined;
}

function expectedOf(written: WrittenRequest, learned: Learned): Expected {
  const { request, token, headers } = written;
  const { method, route } = request;
  const known = token === undefined ? undefined : learned.byToken.get(token);
  const isReading = method === 'GET' || method === 'HEAD';
  // Also an empty address is one.
  if (route === '/sub/' && isReading) return { kind: 'refusal', any: refusalsOfReaders };
  const meaning = meanings[route];
  if (meaning === undefined) return miss;
  if (meaning === 'removal') return removalOf(written, known);
  if (!isReading) return miss;
  if (known === undefined) return { kind: 'refusal', any: meaning.asksQuery ? refusalsOfReaders : ['miss'] };
  if (!meaning.asksQuery) return { kind: 'documents', known, formats: meaning.formats };
  const wanted = askedByQuery(request, meaning.formats);
  if (typeof wanted === 'object' && 'kind' in wanted) return wanted;
  if (wanted === 'open app') return { kind: 'open app', known };
  return { kind: 'documents', known, formats: wanted === 'any' ? readingOf(headers) : wanted };
}

/** The form on the page, which no other page may send. */
function removalOf({ request, headers }: WrittenRequest, known: LearnedCustomer | undefined): Expected {
  if (request.method !== 'POST') return miss;
  // Several headers become one list, which is the name of no site.
  const said = (wanted: string): string =>
    headers
      .filter(([name]) => name === wanted)
      .map(([, value]) => value)
      .join(', ');
  const hasSite = headers.some(([name]) => name === 'sec-fetch-site');
  const isElsewhere = hasSite
    ? !['same-origin', 'none'].includes(said('sec-fetch-site'))
    : headers.some(([name]) => name === 'origin') && said('origin') !== 'null';
  if (known === undefined) return { kind: 'refusal', any: isElsewhere ? ['another page', 'miss'] : ['miss'] };
  if (isElsewhere) return { kind: 'refusal', any: ['another page'] };
  return known.customer.kind === 'moved' ? miss : { kind: 'removal', known };
}

/** What is wrong with a query is told before the address is looked at. */
function askedByQuery({ formats, open }: FuzzRequest, usual: Formats): Formats | 'open app' | Expected {
  const wanted = formats.length === 0 ? usual : named.get(formats.join(','));
  if (wanted === undefined) return { kind: 'refusal', any: ['unknown format'] };
  if (open.length === 0) return wanted;
  return openable.has(open.join(',')) ? 'open app' : { kind: 'refusal', any: ['unknown app'] };
}

const readings: ReadonlyMap<string, FormatName | 'page'> = new Map(
  seenUserAgents.map(({ userAgent, reads }) => [userAgent.toLowerCase(), reads]),
);

/** What the app that asks reads, where its headers leave no doubt. */
function readingOf(headers: WrittenRequest['headers']): Formats {
  const [agent, ...others] = headers.filter(([name]) => name.toLowerCase() === 'user-agent');
  const reads = agent === undefined ? undefined : readings.get(agent[1].toLowerCase());
  const isClear = others.length === 0 && !headers.some(([name]) => name === 'accept');
  return isClear && reads !== undefined && reads !== 'page' ? [reads] : 'any';
}

function faultOfAnyAnswer(answer: WireAnswer): string | undefined {
  if (answer.status >= 500) return 'a failure';
  if (answer.headers.some(([name]) => name === 'set-cookie')) return 'a cookie';
  // The customer's page names his devices as they name themselves.
  const isPage = answer.status === 200 && headerOf(answer, 'content-type').startsWith('text/html');
  const text = `${answer.headers.join()}${isPage ? '' : answer.body}`;
  return text.includes(canary) ? 'an answer that repeats what it was told' : undefined;
}

function faultOf(
  answer: WireAnswer,
  expected: Expected,
  { isHead, headers }: WrittenRequest,
  { refusals: refused, missPages, byToken }: Learned,
): string | undefined {
  const asksForHtml = headers.some(([name, value]) => name === 'accept' && /text\/html/i.test(value));
  const given = (refusal: Refusal): readonly string[] =>
    refusal === 'miss' && asksForHtml ? [refused.miss, ...missPages] : [refused[refusal]];
  const isGiven = (refusal: Refusal): boolean =>
    given(refusal).some((text) => canonical(answer, isHead) === withoutBody(text, isHead));
  // A replaced address says so for a while, and then nothing.
  const isMiss = isGiven('miss');
  if (expected.kind === 'refusal') return expected.any.some(isGiven) ? undefined : 'another answer';
  if (expected.known.customer.kind === 'moved' && isMiss) return undefined;
  if (expected.kind === 'removal') {
    return answer.status === 303 && headerOf(answer, 'location').startsWith('../../../') ? undefined : 'no redirect';
  }
  if (expected.kind === 'open app') {
    return answer.status === 200 && headerOf(answer, 'content-type').startsWith('text/html') ? undefined : 'no page';
  }
  if (answer.status === 304) return faultOfNotModified(answer, expected.known, headers);
  if (answer.status !== 200) return 'no document';
  if (headerOf(answer, 'content-type').startsWith('text/html')) {
    if (isHead) return undefined;
    const body = Buffer.from(answer.body, 'latin1').toString('utf8');
    return faultOfPage(
      body,
      expected.known.customer,
      Array.from(byToken.values(), ({ customer }) => customer),
    );
  }
  return faultOfGiven(answer, expected, isHead);
}

function faultOfGiven(
  answer: WireAnswer,
  { known, formats }: Extract<Expected, { kind: 'documents' }>,
  isHead: boolean,
): string | undefined {
  const etag = headerOf(answer, 'etag');
  const candidates = isHead
    ? Array.from(known.documents.values()).filter((one) => one.etag === etag)
    : [known.documents.get(answer.body)].filter((one) => one !== undefined);
  if (candidates.length === 0) return 'a document that is not his, or not complete';
  if (candidates.every((one) => one.etag !== etag)) return 'the ETag of another document';
  const isWanted = formats === 'any' || candidates.some((one) => formats.some((format) => one.formats.has(format)));
  if (!isWanted) return 'a document in another format';
  return headerOf(answer, 'subscription-userinfo') === known.userInfo ? undefined : 'the usage of somebody else';
}

function faultOfNotModified(
  answer: WireAnswer,
  known: LearnedCustomer,
  headers: WrittenRequest['headers'],
): string | undefined {
  const etag = headerOf(answer, 'etag');
  if (!known.etags.includes(etag)) return 'the ETag of nothing that is his';
  const asked = headers.filter(([name]) => name === 'if-none-match').map(([, value]) => value.trim());
  // "*" counts alone: several headers become one list.
  const isNamed = asked.some((value) => value.includes(etag)) || (asked.length === 1 && asked[0] === '*');
  return isNamed ? undefined : 'not modified, to who did not say that he has it';
}

/** Whatever bytes came over: nobody gets anything of a customer whose address he did not send. */
function faultOfStray(answer: WireAnswer, sent: string, { byToken }: Learned): string | undefined {
  if (answer.status !== 200 && answer.status !== 304) return undefined;
  const etag = headerOf(answer, 'etag');
  if (headerOf(answer, 'content-type').startsWith('text/html') && etag === '') return undefined;
  const spoken = safeDecode(sent);
  const known = Array.from(byToken.values()).filter(({ customer }) => spoken.includes(customer.token));
  return known.some(({ etags }) => etags.includes(etag)) ? undefined : 'a document of somebody else';
}

/** Escapes of ASCII only, which is all that a token consists of. */
function safeDecode(text: string): string {
  return text.replaceAll(/%[2-7][0-9a-f]/gi, (escape) => String.fromCodePoint(Number.parseInt(escape.slice(1), 16)));
}

function headerOf({ headers }: WireAnswer, name: string): string {
  return headers.find(([one]) => one === name)?.[1] ?? '';
}

const ofTheConnection = new Set(['date', 'connection', 'keep-alive']);

function canonical({ status, headers, body }: WireAnswer, isHead = false): string {
  const lasting = headers.filter(([name]) => !ofTheConnection.has(name));
  return `${String(status)}\n${lasting.join('\n')}\n\n${isHead ? '' : body}`;
}

function withoutBody(text: string, isHead: boolean): string {
  return isHead ? text.slice(0, text.indexOf('\n\n') + 2) : text;
}

function describe(expected: Expected): string {
  if (expected.kind === 'refusal') return expected.any.join(' or ');
  return `${expected.kind} of ${expected.known.customer.name} (${expected.known.customer.kind})`;
}
