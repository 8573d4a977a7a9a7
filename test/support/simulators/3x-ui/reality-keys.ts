import { generateKeyPairSync } from 'node:crypto';

/** An X25519 pair, each half as base64url of 32 bytes without padding. */
export interface RealityKeys {
  readonly privateKey: string;
  readonly publicKey: string;
}

export function newRealityKeys(): RealityKeys {
  const jwk = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  if (jwk.d === undefined || jwk.x === undefined) throw new Error('the key pair has no raw form');
  return { privateKey: jwk.d, publicKey: jwk.x };
}
