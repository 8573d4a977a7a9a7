import type { VlessCredential, VlessEndpoint, VlessSecurity, VlessTransport } from './endpoint.ts';
import { FormatError } from './errors.ts';

export interface ParsedVlessLink {
  readonly endpoint: VlessEndpoint;
  readonly credential: VlessCredential;
}

const linkForm = /^vless:\/\/([0-9a-f-]{36})@(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+)):(\d{1,5})\?([^#]+)#(.+)$/;

/**
 * Reads a link as strictly as the strictest common app: each parameter has exactly one "=" and comes once, `encryption`,
 * `type` and `security` are there, the remark is not empty. What a link cannot carry (`minClientVer`) comes back empty.
 *
 * @throws FormatError FORMAT_LINK_INVALID naming what is wrong, never the link itself
 */
export function parseVlessLink(link: string): ParsedVlessLink {
  const match = linkForm.exec(link);
  if (match === null) throw invalid('it has not the form vless://<uuid>@<host>:<port>?<parameters>#<remark>');
  const [, uuid, ipv6, name, port, query, fragment] = match;
  const parameters = parseQuery(query ?? '');
  const flow = parameters.get('flow');
  if (flow !== undefined && flow !== 'xtls-rprx-vision') throw invalid('its flow is unknown');
  return {
    credential: { uuid: uuid ?? '' },
    endpoint: {
      protocol: 'vless',
      address: ipv6 ?? name ?? '',
      port: Number(port),
      remark: unescapeComponent(fragment ?? '', 'remark'),
      encryption: required(parameters, 'encryption'),
      ...(flow === undefined ? {} : { flow }),
      transport: parseTransport(parameters),
      security: parseSecurity(parameters),
    },
  };
}

function parseTransport(parameters: ReadonlyMap<string, string>): VlessTransport {
  const path = parameters.get('path') ?? '';
  const host = parameters.get('host') ?? '';
  const type = required(parameters, 'type');
  switch (type) {
    case 'tcp':
      return parameters.get('headerType') === 'http' ? { type, httpHeader: { path, host } } : { type };
    case 'ws':
    case 'httpupgrade':
      return { type, path, host };
    case 'grpc':
      return {
        type,
        serviceName: parameters.get('serviceName') ?? '',
        authority: parameters.get('authority') ?? '',
        mode: parameters.get('mode') === 'multi' ? 'multi' : 'gun',
      };
    case 'xhttp': {
      const extra = parameters.get('extra');
      return { type, path, host, mode: parameters.get('mode') ?? '', ...(extra === undefined ? {} : { extra }) };
    }
    default:
      throw invalid('its type is unknown');
  }
}

function parseSecurity(parameters: ReadonlyMap<string, string>): VlessSecurity {
  const serverName = parameters.get('sni') ?? '';
  const fingerprint = parameters.get('fp') ?? '';
  const type = required(parameters, 'security');
  switch (type) {
    case 'none':
      return { type };
    case 'tls': {
      const pin = parameters.get('pcs');
      const alpn = parameters.get('alpn')?.split(',') ?? [];
      return { type, serverName, fingerprint, alpn, ...(pin === undefined ? {} : { pinnedPeerCertSha256: pin }) };
    }
    case 'reality': {
      const verify = parameters.get('pqv');
      return {
        type,
        serverName,
        fingerprint,
        publicKey: required(parameters, 'pbk'),
        shortId: parameters.get('sid') ?? '',
        spiderX: parameters.get('spx') ?? '',
        ...(verify === undefined ? {} : { mldsa65Verify: verify }),
        minClientVer: '',
      };
    }
    default:
      throw invalid('its security is unknown');
  }
}

function parseQuery(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [name, value, ...rest] = pair.split('=');
    if (name === undefined || name === '' || value === undefined || value === '' || rest.length > 0) {
      throw invalid('a parameter is not of the form name=value');
    }
    if (parameters.has(name)) throw invalid('a parameter comes twice');
    parameters.set(name, unescapeComponent(value, name));
  }
  return parameters;
}

function required(parameters: ReadonlyMap<string, string>, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw invalid(`parameter ${name} is missing`);
  return value;
}

function unescapeComponent(text: string, field: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw invalid(`${field} is not properly escaped`, cause);
  }
}

function invalid(why: string, cause?: unknown): FormatError {
  return new FormatError('FORMAT_LINK_INVALID', `not a usable vless:// link: ${why}`, cause);
}
