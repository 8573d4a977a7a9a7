import { oneLine } from '../base/one-line.ts';
import type { VlessCredential, VlessEndpoint, VlessSecurity, VlessTransport } from './endpoint.ts';
import { FormatError } from './errors.ts';
import { fingerprintFor } from './fingerprint.ts';
import { asciiHostHeader, asciiHostName, linkHost } from './host.ts';
import { alpnOf, spiderPath } from './transport-details.ts';

type Parameters = Readonly<Record<string, string | undefined>>;

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * One `vless://` link, in the form of the XTLS proposal (Xray-core discussion 716) that v2rayNG, Hiddify, mihomo and
 * 3x-ui share. The same input gives the same bytes, so that ETags hold.
 *
 * @throws FormatError FORMAT_ENDPOINT_INVALID if a link made of this would not be usable
 */
export function renderVlessLink(endpoint: VlessEndpoint, credential: VlessCredential): string {
  assertUsable(endpoint, credential);
  const query = renderQuery({
    // Some apps reject a link without it, others take "" for an unknown cipher.
    encryption: endpoint.encryption === '' ? 'none' : endpoint.encryption,
    flow: endpoint.flow,
    ...transportParameters(endpoint.transport),
    ...securityParameters(endpoint),
  });
  const fragment = escapeComponent(linkRemark(endpoint));
  return `vless://${credential.uuid}@${linkHost(endpoint.address)}:${endpoint.port}?${query}#${fragment}`;
}

/**
 * What every app needs, in a link or in a document.
 *
 * @throws FormatError FORMAT_ENDPOINT_INVALID
 */
export function assertUsable(
  endpoint: Pick<VlessEndpoint, 'address' | 'port' | 'transport' | 'security'>,
  credential: VlessCredential,
): void {
  if (!uuidForm.test(credential.uuid)) {
    throw new FormatError('FORMAT_ENDPOINT_INVALID', 'credential.uuid is not a UUID in lower case');
  }
  if (!Number.isInteger(endpoint.port) || endpoint.port < 1 || endpoint.port > 65_535) {
    throw new FormatError('FORMAT_ENDPOINT_INVALID', `port ${endpoint.port} is not between 1 and 65535`);
  }
  linkHost(endpoint.address);
  asciiHostHeader(hostOf(endpoint.transport));
  if (endpoint.security.type !== 'none') serverNameIndication(endpoint.security.serverName);
  assertReality(endpoint.security);
}

function hostOf(transport: VlessTransport): string {
  switch (transport.type) {
    case 'tcp':
      return transport.httpHeader?.host ?? '';
    case 'grpc':
      return '';
    default:
      return transport.host;
  }
}

/** No core connects with a wrong one, and mihomo and sing-box refuse the whole profile for it. */
function assertReality(security: VlessSecurity): void {
  if (security.type !== 'reality') return;
  if (!/^[A-Za-z0-9_-]{43}$/.test(security.publicKey)) {
    throw new FormatError('FORMAT_ENDPOINT_INVALID', 'security.publicKey is not base64url of 32 bytes');
  }
  if (!/^(?:[0-9a-f]{2}){0,8}$/i.test(security.shortId)) {
    throw new FormatError('FORMAT_ENDPOINT_INVALID', 'security.shortId is not hex of at most 8 bytes');
  }
}

/**
 * The remark as it will be shown: one line, without control characters, never empty. v2rayNG shows "none" for an empty
 * one, and mihomo rejects the whole profile.
 */
export function linkRemark(endpoint: Pick<VlessEndpoint, 'remark' | 'address' | 'port'>): string {
  const visible = oneLine(endpoint.remark);
  return visible === '' ? `${endpoint.address}:${endpoint.port}` : visible;
}

function transportParameters(transport: VlessTransport): Parameters {
  switch (transport.type) {
    case 'tcp':
      if (transport.httpHeader === undefined) return { type: 'tcp' };
      return {
        type: 'tcp',
        headerType: 'http',
        path: transport.httpHeader.path,
        host: asciiHostHeader(transport.httpHeader.host),
      };
    case 'ws':
    case 'httpupgrade':
      return { type: transport.type, path: transport.path, host: asciiHostHeader(transport.host) };
    case 'grpc':
      return {
        type: 'grpc',
        serviceName: transport.serviceName,
        authority: transport.authority,
        mode: transport.mode,
      };
    case 'xhttp':
      return {
        type: 'xhttp',
        path: transport.path,
        host: asciiHostHeader(transport.host),
        mode: transport.mode,
        extra: transport.extra,
      };
  }
}

function securityParameters(endpoint: Pick<VlessEndpoint, 'security' | 'transport'>): Parameters {
  const { security } = endpoint;
  switch (security.type) {
    case 'none':
      return { security: 'none' };
    case 'tls':
      return {
        security: 'tls',
        sni: serverNameIndication(security.serverName),
        fp: linkFingerprint(security.fingerprint),
        alpn: alpnOf(endpoint).join(','),
        pcs: security.pinnedPeerCertSha256,
      };
    case 'reality':
      return {
        security: 'reality',
        sni: serverNameIndication(security.serverName),
        fp: linkFingerprint(security.fingerprint),
        pbk: security.publicKey,
        sid: security.shortId,
        spx: security.spiderX === '' ? '' : spiderPath(security.spiderX),
        pqv: security.mldsa65Verify,
      };
  }
}

/** Xray refuses the server for a name that it does not know; without one, apps choose. */
function linkFingerprint(fingerprint: string): string {
  return fingerprint === '' ? '' : fingerprintFor(fingerprint, 'xray');
}

function serverNameIndication(serverName: string): string {
  return serverName === '' ? '' : asciiHostName(serverName, 'serverName');
}

/**
 * Parameters in alphabetical order. One without a value is left out, because v2rayNG drops a link with a bare key, and
 * values are escaped whole, because it cuts them at a raw "=" and takes "+" for a plus.
 */
function renderQuery(parameters: Parameters): string {
  return Object.entries(parameters)
    .filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '')
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${escapeComponent(value)}`)
    .join('&');
}

/** `encodeURIComponent` throws on a lone surrogate; one broken character must not cost the customer his list. */
function escapeComponent(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
