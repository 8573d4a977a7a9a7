import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StoreError } from './errors.ts';
import {
  createTokenKeyData,
  deriveToken,
  hashToken,
  isTokenForm,
  parseTokenKeys,
  tokenLength,
  tokenOf,
  type TokenKeys,
} from './tokens.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
const serial = fc.integer({ min: 1, max: 2 ** 31 - 1 });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('deriveToken', () => {
  it('gives URL-safe tokens of one length with at least 128 bits', () => {
    expect((tokenLength * 6) / 128).toBeGreaterThanOrEqual(1);
    fc.assert(
      fc.property(key, fc.uuid(), serial, (bytes, id, count) => {
        const token = deriveToken(bytes, id, count);
        expect(token).toHaveLength(tokenLength);
        expect(isTokenForm(token)).toBe(true);
        expect(encodeURIComponent(token)).toBe(token);
      }),
    );
  });

  it('gives the same token for the same input, and another one when anything differs', () => {
    const input = fc.tuple(key, fc.uuid(), serial);
    const same = (a: [Buffer, string, number], b: [Buffer, string, number]): boolean =>
      a[0].equals(b[0]) && a[1] === b[1] && a[2] === b[2];
    fc.assert(
      fc.property(input, input, (a, b) => {
        expect(deriveToken(...a)).toBe(deriveToken(...a));
        fc.pre(!same(a, b));
        expect(deriveToken(...a)).not.toBe(deriveToken(...b));
        // The same key and subscription with another serial is the case that "new address" stands on.
        expect(deriveToken(a[0], a[1], a[2])).not.toBe(deriveToken(a[0], a[1], a[2] + 1));
      }),
    );
  });

  it('stays what it was when it was written down', () => {
    // Every customer's phone holds such a token: a change of the derivation cuts all of them off.
    const token = deriveToken(Buffer.alloc(32, 7), '0190a6b0-7c3e-7d2a-9f00-1234567890ab', 1);
    expect(token).toBe('vhoO-ca1oe88uYqb1CXuXkFRTHsF86kf');
    expect(hashToken(token).toString('hex')).toBe('7a54b34fc173ac649c8c678a9cd7f8cbe6e10f4dfc9b6c3a60a13ebc7c2e6da5');
  });

  it('does not care how the subscription id is capitalized', () => {
    const id = '0190a6b0-7c3e-7d2a-9f00-1234567890ab';
    expect(deriveToken(Buffer.alloc(32, 7), id.toUpperCase(), 1)).toBe(deriveToken(Buffer.alloc(32, 7), id, 1));
  });
});

describe('isTokenForm', () => {
  it.each([
    '',
    'short',
    '/'.repeat(tokenLength),
    'a'.repeat(tokenLength - 1),
    'a'.repeat(tokenLength + 1),
    `${'a'.repeat(31)}\n`,
  ])('refuses %j', (text) => {
    expect(isTokenForm(text)).toBe(false);
  });
});

describe('parseTokenKeys', () => {
  it('reads what createTokenKeyData makes', () => {
    const keys = parseTokenKeys(createTokenKeyData('2026-11'));
    expect(keys.current).toBe('2026-11');
    expect(keys.keys.get('2026-11')).toHaveLength(32);
  });

  it('keeps old keys beside the current one, so that old addresses can be derived', () => {
    const [first, second] = [createTokenKeyData('k1'), createTokenKeyData('k2')];
    const before = parseTokenKeys(first);
    const after = parseTokenKeys({ ...first, ...second });
    const token = { serial: 1, keyId: 'k1' };
    expect(after.current).toBe('k2');
    expect(tokenOf(after, 'id', token)).toBe(tokenOf(before, 'id', token));
  });

  const good = base64('k'.repeat(32));
  it.each([
    ['nothing at all', {}],
    ['no current', { k1: good }],
    ['a current that is not there', { current: base64('k2'), k1: good }],
    ['a key that is too short', { current: base64('k1'), k1: base64('k'.repeat(31)) }],
    ['an empty key', { current: base64('k1'), k1: '' }],
    ['a key id with a slash', { current: base64('k1'), k1: good, 'k/2': good }],
    ['a key id that is too long', { current: base64('k1'), k1: good, ['x'.repeat(33)]: good }],
  ])('refuses %s without showing a key', (_, secretData) => {
    const error = thrownBy(() => parseTokenKeys(secretData));
    expect(error).toMatchObject({ code: 'STORE_TOKEN_KEYS_INVALID', retry: 'never' });
    expect(error.message).not.toMatch(/kkkk/);
  });
});

it('says which key is missing', () => {
  const keys: TokenKeys = parseTokenKeys(createTokenKeyData('k2'));
  const error = thrownBy(() => tokenOf(keys, 'id', { serial: 1, keyId: 'k1' }));
  expect(error.code).toBe('STORE_TOKEN_KEY_MISSING');
  expect(error.message).toContain('"k1"');
});

function thrownBy(action: () => unknown): StoreError {
  try {
    action();
  } catch (thrown) {
    if (thrown instanceof StoreError) return thrown;
    throw thrown;
  }
  throw new Error('nothing was thrown');
}
