import type { VlessTransport } from '../../formats/endpoint.ts';
import { asObject, asText, firstObject, textsOf, type JsonObject } from './json.ts';

/** Xray's newer names for the same transports. */
const aliases: Readonly<Record<string, string>> = { raw: 'tcp', splithttp: 'xhttp' };

export function transportName(stream: JsonObject): string {
  const network = asText(stream['network']) || 'tcp';
  return aliases[network] ?? network;
}

/** VLESS encryption string for clients; `none` when the inbound uses none. */
export function encryptionOf(settings: JsonObject): string {
  return asText(settings['encryption']) || 'none';
}

/** Where a panel keeps the flow that it is given; what it drops must not be promised in links. */
export interface FlowRules {
  /** Under the newer name `raw` of tcp too: v3 looks for `tcp` alone. */
  readonly onRaw: boolean;
  /** On xhttp with VLESS encryption: v3 only from v3.4.0. */
  readonly onXhttp: boolean;
}

/**
 * Where Xray allows `xtls-rprx-vision`, we use it: VLESS over tcp with tls or reality, or xhttp with VLESS encryption.
 * A server that has a flow for a client refuses him without it, and the other way round.
 */
export function flowOf(
  protocol: string,
  settings: JsonObject,
  stream: JsonObject,
  rules: FlowRules,
): '' | 'xtls-rprx-vision' {
  if (protocol !== 'vless') return '';
  const transport = transportName(stream);
  const security = asText(stream['security']);
  if (transport === 'tcp') {
    const kept = rules.onRaw || stream['network'] !== 'raw';
    return kept && (security === 'tls' || security === 'reality') ? 'xtls-rprx-vision' : '';
  }
  return transport === 'xhttp' && rules.onXhttp && encryptionOf(settings) !== 'none' ? 'xtls-rprx-vision' : '';
}

/** @returns undefined for a transport that links cannot say */
export function readTransport(stream: JsonObject): VlessTransport | undefined {
  // Finalmask wraps any transport into another layer, which most apps do not know.
  const mask = asObject(stream['finalmask']);
  if (mask !== undefined && Object.values(mask).some((part) => Array.isArray(part) && part.length > 0))
    return undefined;
  switch (transportName(stream)) {
    case 'tcp':
      return readTcp(firstObject(stream, 'tcpSettings', 'rawSettings'), asText(stream['security']));
    case 'ws': {
      const ws = firstObject(stream, 'wsSettings');
      return { type: 'ws', path: pathOf(ws), host: hostOf(ws) };
    }
    case 'grpc': {
      const grpc = firstObject(stream, 'grpcSettings');
      return {
        type: 'grpc',
        serviceName: asText(grpc['serviceName']),
        authority: asText(grpc['authority']),
        mode: grpc['multiMode'] === true ? 'multi' : 'gun',
      };
    }
    case 'httpupgrade': {
      const upgrade = firstObject(stream, 'httpupgradeSettings');
      return { type: 'httpupgrade', path: pathOf(upgrade), host: hostOf(upgrade) };
    }
    case 'xhttp': {
      const xhttp = firstObject(stream, 'xhttpSettings', 'splithttpSettings');
      const extra = xhttpExtra(xhttp);
      return {
        type: 'xhttp',
        path: pathOf(xhttp),
        host: hostOf(xhttp),
        mode: asText(xhttp['mode']) || 'auto',
        ...(extra === undefined ? {} : { extra }),
      };
    }
    default:
      return undefined;
  }
}

function readTcp(tcp: JsonObject, security: string): VlessTransport | undefined {
  const header = firstObject(tcp, 'header');
  if (header['type'] !== 'http') return { type: 'tcp' };
  // The panel would give these clients a flow, which cannot work behind an HTTP header.
  if (security === 'tls' || security === 'reality') return undefined;
  const request = firstObject(header, 'request');
  const [path = '/'] = textsOf(request['path']);
  return { type: 'tcp', httpHeader: { path, host: headerValue(firstObject(request, 'headers'), 'host') } };
}

function pathOf(settings: JsonObject): string {
  return asText(settings['path']) || '/';
}

/** Its own field, or the older place: a header. */
function hostOf(settings: JsonObject): string {
  return asText(settings['host']) || headerValue(firstObject(settings, 'headers'), 'host');
}

function headerValue(headers: JsonObject, name: string): string {
  const value = Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' ? value : (textsOf(value)[0] ?? '');
}

/** What only the server needs, and what has a place of its own in links. */
const notForClients = new Set([
  'path',
  'host',
  'mode',
  'scMaxBufferedPosts',
  'scStreamUpServerSecs',
  'noSSEHeader',
  'serverMaxHeaderBytes',
  'acceptProxyProtocol',
]);
const xrayDefaults: Readonly<Record<string, string>> = {
  xPaddingBytes: '100-1000',
  scMaxEachPostBytes: '1000000',
  scMinPostsIntervalMs: '30',
};

/** Sorted, so that the same inbound always gives the same link. */
function xhttpExtra(xhttp: JsonObject): string | undefined {
  const kept = Object.entries(xhttp)
    .filter(([name, value]) => !notForClients.has(name) && !isEmpty(value) && xrayDefaults[name] !== String(value))
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]): [string, unknown] => [name, name === 'headers' ? withoutHost(asObject(value) ?? {}) : value])
    .filter(([, value]) => !isEmpty(value));
  return kept.length === 0 ? undefined : JSON.stringify(Object.fromEntries(kept));
}

function withoutHost(headers: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'host'));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
