import type { VlessCredential, VlessEndpoint, VlessSecurity, VlessTransport } from './endpoint.ts';
import { FormatError } from './errors.ts';
import { asciiHostName, linkHost } from './host.ts';

type Parameters = Readonly<Record<string, string | undefined>>;

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * One `vless://` link, in the form of the XTLS proposal (Xray-core discussion 716) that v2rayNG, Hiddify, mihomo and
 * 3x-ui share. The same input gives the same bytes, so that ETags hold.
 *
 * @throws FormatError FORMAT_ENDPOINT_INVALID if a link made of this would not be usable
 */
export function renderVlessLink(endpoint: VlessEndpoint, credential: VlessCredential): string {
  if (!uuidForm.test(credential.uuid)) {
    throw new FormatError('FORMAT_ENDPOINT_INVALID', 'credential.uuid is not a UUID in lower case');
  }
  if (!Number.isInteger(endpoint.port) || endpoint.port < 1 || endpoint.port > 65_535) {
    throw new FormatError('FORMAT_ENDPOINT_INVALID', `port ${endpoint.port} is not between 1 and 65535`);
  }
  const query = renderQuery({
    // Some apps reject a link without it, others take "" for an unknown cipher.
    encryption: endpoint.encryption === '' ? 'none' : endpoint.encryption,
    flow: endpoint.flow,
    ...transportParameters(endpoint.transport),
    ...securityParameters(endpoint.security),
  });
  const fragment = escapeComponent(linkRemark(endpoint));
  return `vless://${credential.uuid}@${linkHost(endpoint.address)}:${endpoint.port}?${query}#${fragment}`;
}

/**
 * The remark as it will be shown: one line, without control characters, never empty. v2rayNG shows "none" for an empty
 * one, and mihomo rejects the whole profile.
 */
export function linkRemark(endpoint: Pick<VlessEndpoint, 'remark' | 'address' | 'port'>): string {
  const visible = endpoint.remark
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
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

function securityParameters(security: VlessSecurity): Parameters {
  switch (security.type) {
    case 'none':
      return { security: 'none' };
    case 'tls':
      return {
        security: 'tls',
        sni: serverNameIndication(security.serverName),
        fp: security.fingerprint,
        alpn: security.alpn.join(','),
        pcs: security.pinnedPeerCertSha256,
      };
    case 'reality':
      return {
        security: 'reality',
        sni: serverNameIndication(security.serverName),
        fp: security.fingerprint,
        pbk: security.publicKey,
        sid: security.shortId,
        spx: security.spiderX,
        pqv: security.mldsa65Verify,
      };
  }
}

function serverNameIndication(serverName: string): string {
  return serverName === '' ? '' : asciiHostName(serverName, 'serverName');
}

/** A Host header may carry a port or a list, so only names beyond ASCII are touched. */
function asciiHostHeader(host: string): string {
  const parts = host.split(',');
  return parts.map((part) => (/^\p{ASCII}*$/u.test(part) ? part : asciiHostName(part.trim(), 'host'))).join(',');
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
