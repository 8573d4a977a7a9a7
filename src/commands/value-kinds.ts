import { isIP } from 'node:net';

/**
 * Kinds of option values. A kind turns text into a value or throws a RangeError whose message continues the sentence
 * "--flag (VARIABLE) …", so that the reader learns what to write instead.
 */
export type ValueKind<T> = (text: string) => T;

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `250ms`, `15s`, `2m`, `1h` as milliseconds. */
export const durationMs: ValueKind<number> = (text) => {
  const value = delayMs(text);
  if (value === 0) throw new RangeError('must be longer than zero');
  return value;
};

/** The same, and `0s` for none at all. */
export const delayMs: ValueKind<number> = (text) => {
  const [, digits, unit] = /^(\d{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  const scale = unit === undefined ? undefined : unitMs[unit];
  if (scale === undefined) throw new RangeError('must be a duration such as 500ms, 15s or 2m');
  return Number(digits) * scale;
};

/** `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`; port 0 lets the system choose. */
export const listenAddress: ValueKind<ListenAddress> = (text) => {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new RangeError('must be an address and a port such as 127.0.0.1:8080 or [::1]:8080');
  }
  return { host, port };
};

/** An http(s) base without query or fragment; the trailing slash is dropped, so that paths can be appended. */
export const httpUrl: ValueKind<string> = (text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new RangeError('must be an http or https address such as https://sub.example.com');
  }
  if (url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    throw new RangeError('must have no user, query or fragment: links are made by appending a path');
  }
  return url.href.replace(/\/+$/, '');
};

/** Parsed only to reject what cannot work. The text may hold a password: messages never repeat it. */
export const postgresUrl: ValueKind<string> = (text) => {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') {
    throw new RangeError(
      'must be a Postgres address such as postgres://host:5432/wayleave, with user and password before the host',
    );
  }
  return text;
};

/** An RFC 1123 label, as Kubernetes wants for a namespace. */
export const namespaceName: ValueKind<string> = (text) => {
  if (!/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(text)) {
    throw new RangeError('must be a namespace: up to 63 lower-case letters, digits and hyphens');
  }
  return text;
};

export const text: ValueKind<string> = (value) => {
  if (value.trim() === '') throw new RangeError('must not be empty');
  return value;
};

export const port: ValueKind<number> = (value) => {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) throw new RangeError('must be a port from 0 to 65535');
  return Number(value);
};

export const flag: ValueKind<boolean> = (value) => {
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new RangeError('must be true or false');
};

/** A whole number within bounds. */
export function integer(from: number, to: number): ValueKind<number> {
  return (value) => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= from && number <= to)) throw new RangeError(`must be a whole number from ${from} to ${to}`);
    return number;
  };
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): ValueKind<Choice> {
  return (value) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw new RangeError(`must be one of ${choices.join(', ')}`);
    return found;
  };
}

/** `2027-01-31` (00:00 UTC) or `2027-01-31T12:00:00Z`, as epoch milliseconds. */
export const instant: ValueKind<number> = (value) => {
  const isDate = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2}))?$/.test(value);
  const at = isDate ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(at)) throw new RangeError('must be a day or a time such as 2027-01-31 or 2027-01-31T12:00:00Z');
  return at;
};

/** 32 bytes in base64, as `openssl rand -base64 32` gives them. */
export const key32: ValueKind<Buffer> = (value) => {
  const key = Buffer.from(value, 'base64');
  if (!/^[A-Za-z0-9+/]{43}=$/.test(value.trim()) || key.length !== 32) {
    throw new RangeError('must be 32 bytes in base64, which "openssl rand -base64 32" makes');
  }
  return key;
};

/** `10.0.0.0/8,192.0.2.1,fd00::/8` as its parts. */
export const networks: ValueKind<readonly string[]> = (value) => {
  const parts = value.split(',').map((part) => part.trim());
  if (!parts.every(isNetwork)) throw new RangeError('must be addresses and networks such as 10.0.0.0/8,192.0.2.1');
  return parts;
};

function isNetwork(part: string): boolean {
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(part) ?? [];
  const family = isIP(address);
  return family !== 0 && (prefix === undefined || Number(prefix) <= (family === 4 ? 32 : 128));
}
