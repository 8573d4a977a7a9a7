import type { Endpoint, VlessEndpoint } from './endpoint.ts';
import { FormatError } from './errors.ts';
import type { MtprotoEndpoint } from './mtproto.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Text that each kind must have; what may be absent is checked one by one. */
const transportTexts: Readonly<Record<string, readonly string[]>> = {
  tcp: [],
  ws: ['path', 'host'],
  grpc: ['serviceName', 'authority', 'mode'],
  httpupgrade: ['path', 'host'],
  xhttp: ['path', 'host', 'mode'],
};

const securityTexts: Readonly<Record<string, readonly string[]>> = {
  none: [],
  tls: ['serverName', 'fingerprint'],
  reality: ['serverName', 'fingerprint', 'publicKey', 'shortId', 'spiderX'],
};

/**
 * Takes JSON for an endpoint if it has the shape of one: rows outlive programs, and another version may have written them.
 *
 * @throws FormatError FORMAT_ENDPOINT_INVALID naming the field
 */
export function readEndpoint(value: unknown): Endpoint {
  const endpoint = object(value, 'endpoint');
  const { protocol } = endpoint;
  const read = typeof protocol === 'string' && Object.hasOwn(readers, protocol) ? readers[protocol] : undefined;
  if (read === undefined) throw invalid('protocol');
  return read(endpoint);
}

const readers: Readonly<Record<string, (endpoint: Fields) => Endpoint>> = { vless: readVless, mtproto: readMtproto };

function readMtproto(endpoint: Fields): MtprotoEndpoint {
  texts(endpoint, ['address', 'remark', 'secret'], '');
  if (typeof endpoint['port'] !== 'number') throw invalid('port');
  // Every field of the type was looked at above.
  return endpoint as unknown as MtprotoEndpoint;
}

function readVless(endpoint: Fields): VlessEndpoint {
  texts(endpoint, ['address', 'remark', 'encryption'], '');
  if (typeof endpoint['port'] !== 'number') throw invalid('port');
  optionalText(endpoint, 'flow');

  const transport = object(endpoint['transport'], 'transport');
  texts(transport, kind(transportTexts, transport, 'transport'), 'transport.');
  optionalText(transport, 'extra');
  const { httpHeader } = transport;
  if (httpHeader !== undefined) {
    texts(object(httpHeader, 'transport.httpHeader'), ['path', 'host'], 'transport.httpHeader.');
  }

  const security = object(endpoint['security'], 'security');
  texts(security, kind(securityTexts, security, 'security'), 'security.');
  optionalText(security, 'pinnedPeerCertSha256');
  optionalText(security, 'mldsa65Verify');
  const { alpn } = security;
  const alpnIsList = Array.isArray(alpn) && alpn.every((item) => typeof item === 'string');
  if (security['type'] === 'tls' && !alpnIsList) throw invalid('security.alpn');
  // Every field that the type names was looked at above.
  return endpoint as unknown as VlessEndpoint;
}

function object(value: unknown, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(field);
  return value as Fields;
}

function kind(kinds: Readonly<Record<string, readonly string[]>>, of: Fields, field: string): readonly string[] {
  const { type } = of;
  const names = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (names === undefined) throw invalid(`${field}.type`);
  return names;
}

function texts(of: Fields, names: readonly string[], prefix: string): void {
  for (const name of names) if (typeof of[name] !== 'string') throw invalid(`${prefix}${name}`);
}

function optionalText(of: Fields, name: string): void {
  if (of[name] !== undefined && typeof of[name] !== 'string') throw invalid(name);
}

function invalid(field: string): FormatError {
  return new FormatError('FORMAT_ENDPOINT_INVALID', `a stored endpoint has no usable ${field}`);
}
