import type { Customer } from './customers.ts';
import { canary, type Edit, type FuzzRequest } from './fuzz-requests.ts';

/** A generated request with what it was written for. */
export interface WrittenRequest {
  readonly request: FuzzRequest;
  readonly customer: Customer;
  /** What stands in the token's place once it is decoded; undefined where it cannot be. */
  readonly token: string | undefined;
  /** Those that fitted in, as they were sent. */
  readonly headers: FuzzRequest['headers'];
  /** As latin1. */
  readonly bytes: string;
  readonly isHead: boolean;
}

/** Beyond 16 KiB a server refuses; that is for requests of another kind. */
const mostHeadBytes = 12_000;

/** @param etags of the customer's answers */
export function writeRequest(request: FuzzRequest, customer: Customer, etags: readonly string[]): WrittenRequest {
  const { method, route, spelling, noise, body } = request;
  const segment = spell(customer.token, spelling, noise);
  const target = route.replace('{t}', () => segment).replace('{n}', () => encodeURIComponent(noise.toWellFormed()));
  const query = [
    ...request.formats.map((value) => `format=${escape(value)}`),
    ...(request.otherQuery === '' ? [] : [encodeURI(request.otherQuery).replaceAll(/[#&]/g, '_')]),
    ...request.open.map((value) => `open=${escape(value)}`),
  ].join('&');
  const known = request.etags.flatMap((number) => etags[number % Math.max(1, etags.length)] ?? []);
  const wanted = [...request.headers, ...(known.length === 0 ? [] : [['if-none-match', known.join(', ')] as const])];
  const start = `${method} ${target}${query === '' ? '' : `?${query}`} HTTP/1.1\r\nhost: ${canary}.example\r\n`;
  const headers: (readonly [string, string])[] = [];
  let head = start;
  for (const [name, value] of wanted) {
    const line = `${name}: ${value}\r\n`;
    if (head.length + line.length > mostHeadBytes) continue;
    head += line;
    headers.push([name, value]);
  }
  const bytes = `${head}${withBody(body)}`;
  return { request, customer, token: decode(segment), headers, bytes, isHead: method === 'HEAD' };
}

/** Bytes of a request after somebody tampered with them. */
export function mangle(bytes: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { at, cut, put }) => {
    const where = Math.floor(at * text.length);
    return text.slice(0, where) + put + text.slice(where + cut);
  }, bytes);
}

function withBody(body: FuzzRequest['body']): string {
  if (body === undefined) return '\r\n';
  const { text, isChunked } = body;
  if (!isChunked) return `content-length: ${String(text.length)}\r\n\r\n${text}`;
  const chunks = text === '' ? '' : `${text.length.toString(16)}\r\n${text}\r\n`;
  return `transfer-encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`;
}

function spell(token: string, spelling: FuzzRequest['spelling'], noise: string): string {
  const at = noise.length % token.length;
  switch (spelling) {
    case 'plain':
      return token;
    case 'escaped':
      return token.replaceAll(/./g, (char, index: number) => (index % 3 === at % 3 ? percent(char) : char));
    case 'changed':
      return `${token.slice(0, at)}${token[at] === 'Q' ? 'R' : 'Q'}${token.slice(at + 1)}`;
    case 'cut':
      return token.slice(0, Math.max(1, token.length - 1 - (noise.length % 4)));
    case 'longer':
      return token + (['a', '.', '%00', '%', '%zz', '%2f', '=', ';a', '%c0%ae', '~'][noise.length % 10] ?? '');
    case 'other case':
      return token.replaceAll(/[a-zA-Z]/g, (char) =>
        char === char.toLowerCase() ? char.toUpperCase() : char.toLowerCase(),
      );
    case 'hostile':
      return encodeURIComponent(noise.toWellFormed());
    case 'invented':
      return `${canary}${noise.replaceAll(/[^A-Za-z0-9_-]/g, '')}`.padEnd(32, 'x');
  }
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16)}`;
}

/** As an app would, but for those that are about escapes. */
function escape(value: string): string {
  return value.startsWith('%') ? value : encodeURIComponent(value);
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
