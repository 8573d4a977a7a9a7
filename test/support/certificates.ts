import { createPrivateKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  context,
  explicit,
  integer,
  ipOctets,
  objectId,
  octets,
  sequence,
  set,
  time,
  utf8,
} from './der.ts';

/** A certificate and its private key, both PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  readonly key: string;
}

/** Who the certificate is for. */
export interface Subject {
  readonly commonName: string;
  /** Kubernetes reads these as the user's groups. */
  readonly organizations?: readonly string[];
  /** Host names and IP addresses that a client may check. */
  readonly hosts?: readonly string[];
  /** Default: both. */
  readonly usages?: readonly ('client' | 'server')[];
  /** Default: ten years. */
  readonly validDays?: number;
}

/** A certificate authority of our own, for servers that only we and our tests trust. */
export interface Authority extends KeyedCertificate {
  issue(subject: Subject): KeyedCertificate;
}

const ECDSA_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const DAY_MS = 86_400_000;
const VALID_DAYS = 3650;

/**
 * Makes an authority (ECDSA P-256, valid for ten years from a day ago, so that a clock that is a little behind accepts it).
 *
 * Written over Node's crypto because Node can read certificates but not write them, and a bare machine may lack openssl.
 */
export function createAuthority(commonName: string): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = { commonName };
  const certificate = signCertificate({ issuer: subject, subject, publicKey, signer: privateKey, isAuthority: true });
  return openAuthority(commonName, { certificate, key: pemOf(privateKey) });
}

/** Takes up an authority again that {@link createAuthority} made under the same name. */
export function openAuthority(commonName: string, { certificate, key }: KeyedCertificate): Authority {
  const signer = createPrivateKey(key);
  return { certificate, key, issue: (leaf) => issue({ commonName }, signer, leaf) };
}

function issue(issuer: Subject, signer: KeyObject, subject: Subject): KeyedCertificate {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certificate = signCertificate({ issuer, subject, publicKey, signer, isAuthority: false });
  return { certificate, key: pemOf(privateKey) };
}

interface SigningRequest {
  readonly issuer: Subject;
  readonly subject: Subject;
  readonly publicKey: KeyObject;
  readonly signer: KeyObject;
  readonly isAuthority: boolean;
}

/** RFC 5280 section 4.1. */
function signCertificate({ issuer, subject, publicKey, signer, isAuthority }: SigningRequest): string {
  const now = Date.now();
  // A serial number is positive and at most 20 octets: clear the sign bit, keep the first octet above zero.
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x01;
  const unsigned = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(serial),
    ECDSA_SHA256,
    distinguishedName(issuer),
    sequence(time(new Date(now - DAY_MS)), time(new Date(now + (subject.validDays ?? VALID_DAYS) * DAY_MS))),
    distinguishedName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions(subject, isAuthority))),
  );
  const signature = sign('sha256', unsigned, signer);
  return pem('CERTIFICATE', sequence(unsigned, ECDSA_SHA256, bitString(signature, 0)));
}

function distinguishedName({ organizations = [], commonName }: Subject): Buffer {
  const attribute = (id: string, value: string): Buffer => set(sequence(objectId(id), utf8(value)));
  return sequence(...organizations.map((name) => attribute('2.5.4.10', name)), attribute('2.5.4.3', commonName));
}

const USAGE_IDS = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' };

function extensions({ hosts = [], usages = ['server', 'client'] }: Subject, isAuthority: boolean): Buffer[] {
  if (isAuthority) {
    // keyCertSign and cRLSign are bits 5 and 6, so the last bit of the octet is unused.
    return [critical('2.5.29.19', sequence(boolean(true))), critical('2.5.29.15', bitString(Buffer.from([0x06]), 1))];
  }
  const list = [
    critical('2.5.29.19', sequence()),
    critical('2.5.29.15', bitString(Buffer.from([0x80]), 7)),
    sequence(objectId('2.5.29.37'), octets(sequence(...usages.map((usage) => objectId(USAGE_IDS[usage]))))),
  ];
  if (hosts.length > 0) list.push(sequence(objectId('2.5.29.17'), octets(sequence(...hosts.map(alternativeName)))));
  return list;
}

function critical(id: string, value: Buffer): Buffer {
  return sequence(objectId(id), boolean(true), octets(value));
}

function alternativeName(host: string): Buffer {
  return isIP(host) === 0 ? context(2, Buffer.from(host, 'ascii')) : context(7, ipOctets(host));
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`;
}
