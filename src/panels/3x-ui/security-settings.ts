import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { VlessSecurity } from '../../formats/endpoint.ts';
import { asText, firstObject, textsOf, type JsonObject } from './json.ts';
import { enforcedMinClientVer } from './locked-out.ts';

export type ReadSecurity =
  | { readonly kind: 'security'; readonly security: VlessSecurity }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'invalid'; readonly message: string };

/**
 * The client's side of an inbound's security. Where the inbound offers several names or ids the first usable one is
 * taken, always the same, so that a subscription answers the same bytes until something changes.
 *
 * @param coreVersion of the panel's Xray, which decides whom REALITY lets in
 */
export function readSecurity(stream: JsonObject, coreVersion: string): ReadSecurity {
  switch (asText(stream['security']) || 'none') {
    case 'none':
      return { kind: 'security', security: { type: 'none' } };
    case 'tls':
      return { kind: 'security', security: readTls(firstObject(stream, 'tlsSettings')) };
    case 'reality':
      return readReality(firstObject(stream, 'realitySettings'), coreVersion);
    default:
      return { kind: 'unsupported' };
  }
}

function readTls(tls: JsonObject): VlessSecurity {
  const client = firstObject(tls, 'settings');
  const pin = pinOf(client['pinnedPeerCertSha256'] ?? tls['pinnedPeerCertSha256']);
  return {
    type: 'tls',
    serverName: asText(tls['serverName']) || asText(client['serverName']),
    fingerprint: asText(client['fingerprint']) || 'chrome',
    alpn: textsOf(tls['alpn']).filter((protocol) => protocol !== ''),
    ...(pin === undefined ? {} : { pinnedPeerCertSha256: pin }),
  };
}

/** One or several, in hex (colons or not) or base64. */
function pinOf(value: unknown): string | undefined {
  const [first = ''] = typeof value === 'string' ? value.split(/[,~\s]+/) : textsOf(value);
  const hex = first.replaceAll(':', '').toLowerCase();
  if (/^[0-9a-f]{64}$/.test(hex)) return hex;
  const bytes = Buffer.from(first, 'base64');
  return bytes.length === 32 ? bytes.toString('hex') : undefined;
}

function readReality(reality: JsonObject, coreVersion: string): ReadSecurity {
  const client = firstObject(reality, 'settings');
  const serverName = textsOf(reality['serverNames']).find((name) => name !== '' && !name.includes('*'));
  if (serverName === undefined) return invalid('its realitySettings have no serverNames');
  const shortIds = textsOf(reality['shortIds']);
  const usable = shortIds.filter((id) => /^(?:[0-9a-f]{2}){0,8}$/i.test(id));
  const shortId = usable.find((id) => id !== '') ?? usable[0];
  if (shortId === undefined) return invalid('its realitySettings have no usable shortIds');
  const publicKey = asText(client['publicKey']) || derivePublicKey(asText(reality['privateKey']));
  if (publicKey === undefined || !/^[A-Za-z0-9_-]{43}$/.test(publicKey)) {
    return invalid('its realitySettings have no usable key pair');
  }
  const mldsa65Verify = asText(client['mldsa65Verify']);
  return {
    kind: 'security',
    security: {
      type: 'reality',
      serverName,
      fingerprint: asText(client['fingerprint']) || 'chrome',
      publicKey,
      shortId,
      spiderX: asText(client['spiderX']) || '/',
      ...(mldsa65Verify === '' ? {} : { mldsa65Verify }),
      minClientVer: enforcedMinClientVer(asText(reality['minClientVer']), coreVersion),
    },
  };
}

const invalid = (message: string): ReadSecurity => ({ kind: 'invalid', message });

/** RFC 8410: what stands before the 32 bytes of an X25519 private key in PKCS #8. */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/**
 * The public half of an X25519 private key, both in base64url as Xray writes them. Panels leave it out where the inbound
 * was not made in their own form.
 */
export function derivePublicKey(privateKey: string): string | undefined {
  const seed = Buffer.from(privateKey, 'base64url');
  if (seed.length !== 32) return undefined;
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'jwk' }).x;
}
