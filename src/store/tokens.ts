import { createHash, createHmac, randomBytes } from 'node:crypto';
import { StoreError } from './errors.ts';

/** The keys of Secret `wayleave-token-key`. Old keys stay as long as a token that was derived under them is in use. */
export interface TokenKeys {
  /** Id of the key for new tokens. */
  readonly current: string;
  readonly keys: ReadonlyMap<string, Buffer>;
}

/** 192 bits: no padding in base64, and far beyond guessing. */
const tokenBytes = 24;
/** Characters of every token. */
export const tokenLength = (tokenBytes / 3) * 4;

const minimumKeyBytes = 32;
const keyIdForm = /^[a-z0-9][a-z0-9-]{0,31}$/;
const tokenForm = /^[A-Za-z0-9_-]{32}$/;

/**
 * The secret part of a subscription's URL. It is never stored: the database knows its hash only, and whoever holds the
 * key can derive it again.
 *
 * @param serial counts a subscription's addresses from 1; "new address" is the next serial
 * @returns `tokenLength` characters of base64url
 */
export function deriveToken(key: Buffer, subscriptionId: string, serial: number): string {
  return createHmac('sha256', key)
    .update(`wayleave/subscription-token/1\n${subscriptionId.toLowerCase()}\n${String(serial)}`)
    .digest()
    .subarray(0, tokenBytes)
    .toString('base64url');
}

/** What the database looks a token up by. Tokens have full entropy, so a plain hash is enough. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Whether it could be a token at all. */
export function isTokenForm(text: string): boolean {
  return tokenForm.test(text);
}

/**
 * Derives the token that a record of the database stands for.
 *
 * @throws StoreError STORE_TOKEN_KEY_MISSING
 */
export function tokenOf(
  keys: TokenKeys,
  subscriptionId: string,
  token: { readonly serial: number; readonly keyId: string },
): string {
  const key = keys.keys.get(token.keyId);
  if (key === undefined) {
    throw new StoreError(
      'STORE_TOKEN_KEY_MISSING',
      `the address of subscription ${subscriptionId} was made under token key "${token.keyId}", which Secret wayleave-token-key no longer holds: put it back, or give the subscription a new address`,
      { retry: 'never' },
    );
  }
  return deriveToken(key, subscriptionId, token.serial);
}

/**
 * Reads the Secret's `data` as Kubernetes gives it: `current` names a key, every other entry is a key of at least 32
 * bytes; all values in base64.
 *
 * @throws StoreError STORE_TOKEN_KEYS_INVALID
 */
export function parseTokenKeys(secretData: Readonly<Record<string, string>>): TokenKeys {
  const { current: currentBase64, ...rest } = secretData;
  const keys = new Map<string, Buffer>();
  for (const [id, base64] of Object.entries(rest)) {
    if (!keyIdForm.test(id)) throw invalid(`"${id}" is not a key id (lower-case letters, digits and -, at most 32)`);
    const key = Buffer.from(base64, 'base64');
    if (key.length < minimumKeyBytes) {
      throw invalid(`key "${id}" has ${String(key.length)} bytes, at least ${String(minimumKeyBytes)} are needed`);
    }
    keys.set(id, key);
  }
  if (currentBase64 === undefined) throw invalid('entry "current", the id of the key for new tokens, is missing');
  const current = Buffer.from(currentBase64, 'base64').toString('utf8').trim();
  if (!keys.has(current)) throw invalid('entry "current" does not name one of the keys');
  return { current, keys };
}

function invalid(why: string): StoreError {
  return new StoreError('STORE_TOKEN_KEYS_INVALID', `Secret wayleave-token-key: ${why}`, { retry: 'never' });
}

/** `data` for a new Secret, in the form that `parseTokenKeys` reads. */
export function createTokenKeyData(keyId = 'k1'): Record<string, string> {
  return {
    current: Buffer.from(keyId).toString('base64'),
    [keyId]: randomBytes(minimumKeyBytes).toString('base64'),
  };
}
