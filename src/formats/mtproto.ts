import { FormatError } from './errors.ts';
import { asciiHostName } from './host.ts';

/**
 * A proxy for Telegram alone (MTProto). It is no VPN: its links are shown beside a subscription, and never become part
 * of a document that VPN apps read.
 */
export interface MtprotoEndpoint {
  readonly protocol: 'mtproto';
  /** Public host name or IP address, without brackets. */
  readonly address: string;
  readonly port: number;
  /** What the customer sees beside the link; the link itself has no place for it. */
  readonly remark: string;
  /** The proxy's secret as Telegram takes it: hex (plain, or starting with `dd` or `ee`) or base64url. */
  readonly secret: string;
}

/** 16 bytes are the least that Telegram takes: 32 hex digits or 22 characters of base64url. */
const hexSecret = /^(?:[0-9a-fA-F]{2}){16,}$/;
const base64urlSecret = /^[A-Za-z0-9_-]{22,}$/;
const linkForm = /^(?:tg:\/\/proxy|https:\/\/t\.me\/proxy)\?([^#]+)$/;

/** `tg`: opens Telegram at once. `web`: for places that only take https links. */
export type MtprotoLinkForm = 'tg' | 'web';

/** @throws FormatError FORMAT_ENDPOINT_INVALID if Telegram would not take the link */
export function renderMtprotoLink(endpoint: MtprotoEndpoint, form: MtprotoLinkForm = 'tg'): string {
  const { address, port, secret } = endpoint;
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw unusable('port is not between 1 and 65535');
  if (!isSecret(secret)) throw unusable('secret is neither hex nor base64url of at least 16 bytes');
  // Telegram takes IPv6 without brackets here: the address is a value, not part of a URL's authority.
  const server = /^[0-9A-Fa-f:.]+$/.test(address) ? address : asciiHostName(address, 'address');
  const base = form === 'tg' ? 'tg://proxy' : 'https://t.me/proxy';
  return `${base}?server=${encodeURIComponent(server)}&port=${port}&secret=${secret}`;
}

/**
 * Reads either form; the remark, which no link carries, comes back as the address.
 *
 * @throws FormatError FORMAT_LINK_INVALID naming what is wrong, never the link itself
 */
export function parseMtprotoLink(link: string): MtprotoEndpoint {
  const query = linkForm.exec(link)?.[1];
  if (query === undefined) throw invalid('it starts neither with tg://proxy? nor with https://t.me/proxy?');
  const parameters = readParameters(query);
  const address = parameters.get('server') ?? '';
  const port = parameters.get('port') ?? '';
  const secret = parameters.get('secret') ?? '';
  if (!/^[A-Za-z0-9._:-]+$/.test(address)) throw invalid('its server is no host');
  if (!/^[1-9]\d{0,4}$/.test(port) || Number(port) > 65_535) throw invalid('its port is none');
  if (!isSecret(secret)) throw invalid('its secret is neither hex nor base64url of at least 16 bytes');
  return { protocol: 'mtproto', address, port: Number(port), remark: address, secret };
}

function readParameters(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  for (const pair of query.split('&')) {
    const [, name = '', value = ''] = /^(server|port|secret)=([^=]+)$/.exec(pair) ?? [];
    if (name === '') throw invalid('a parameter is not server, port or secret with a value');
    if (parameters.has(name)) throw invalid('a parameter comes twice');
    parameters.set(name, unescapeValue(value));
  }
  return parameters;
}

function isSecret(secret: string): boolean {
  return hexSecret.test(secret) || base64urlSecret.test(secret);
}

function unescapeValue(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (cause) {
    throw invalid('a parameter is not properly escaped', cause);
  }
}

function unusable(message: string): FormatError {
  return new FormatError('FORMAT_ENDPOINT_INVALID', message);
}

function invalid(why: string, cause?: unknown): FormatError {
  return new FormatError('FORMAT_LINK_INVALID', `not a usable proxy link for Telegram: ${why}`, cause);
}
