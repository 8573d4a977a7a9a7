import { isIPv6 } from 'node:net';

/**
 * The handful of ASN.1 DER forms that a certificate needs (X.690). Values are whole encodings and nest by concatenation.
 */

function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.from([0x80 | digits.length, ...digits]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => encode(0x30, ...items);
export const set = (...items: readonly Uint8Array[]): Buffer => encode(0x31, ...items);
/** @param value big-endian, already with a clear sign bit */
export const integer = (value: Uint8Array): Buffer => encode(0x02, value);
export const boolean = (value: boolean): Buffer => encode(0x01, Buffer.from([value ? 0xff : 0]));
export const octets = (value: Uint8Array): Buffer => encode(0x04, value);
export const utf8 = (value: string): Buffer => encode(0x0c, Buffer.from(value, 'utf8'));
export const bitString = (value: Uint8Array, unusedBits: number): Buffer =>
  encode(0x03, Buffer.from([unusedBits]), value);
/** Context-specific, constructed: an explicit tag. */
export const explicit = (tag: number, value: Uint8Array): Buffer => encode(0xa0 | tag, value);
/** Context-specific, primitive: an implicit tag. */
export const context = (tag: number, value: Uint8Array): Buffer => encode(0x80 | tag, value);

export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return encode(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift(0x80 | (left & 0x7f));
  return digits;
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280 section 4.1.2.5). */
export function time(at: Date): Buffer {
  const digits = at.toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return at.getUTCFullYear() < 2050
    ? encode(0x17, Buffer.from(digits.slice(2), 'ascii'))
    : encode(0x18, Buffer.from(digits, 'ascii'));
}

/** The 4 or 16 octets of an IP address. */
export function ipOctets(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number));
  const [head = '', tail] = address.split('::');
  const groups = (part: string | undefined): string[] => (part === undefined || part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => octetPair(Number.parseInt(group, 16))));
}

const octetPair = (value: number): number[] => [value >> 8, value & 0xff];
