import type { VlessEndpoint } from '../../formats/endpoint.ts';
import type { PanelInbound, UnusableReason } from '../driver.ts';
import { asInteger, asText, type JsonObject } from './json.ts';
import { lockedOutFamilies } from './locked-out.ts';
import { readSecurity } from './security-settings.ts';
import type { InboundRow } from './snapshot.ts';
import { encryptionOf, readTransport, transportName } from './transport-settings.ts';

type Template = Omit<VlessEndpoint, 'address' | 'remark'>;
type Judged =
  | { readonly template: Template }
  | { readonly unusable: { readonly reason: UnusableReason; readonly message: string } };

/**
 * An inbound as the operator sees it: an endpoint without its address, or why it cannot be sold.
 *
 * `externalProxy` and `hosts` are ignored: public addresses come from the VPNPanel alone.
 *
 * @param coreVersion of the panel's Xray, which decides whom REALITY lets in
 */
export function toPanelInbound(row: InboundRow, coreVersion: string): PanelInbound {
  const stream = row.stream ?? {};
  const judged = judge(row, coreVersion);
  return {
    tag: row.tag,
    remark: asText(row.raw['remark']),
    protocol: row.protocol,
    transport: transportName(stream),
    security: asText(stream['security']) || 'none',
    port: asInteger(row.raw['port']),
    clientCount: row.entries.length,
    ...judged,
    lockedOut: 'template' in judged ? lockedOutFamilies(judged.template) : [],
  };
}

function judge(row: InboundRow, coreVersion: string): Judged {
  const { settings, stream, protocol } = row;
  if (protocol !== 'vless')
    return unusable('UnsupportedProtocol', `it is ${protocol || 'unknown'}; only VLESS is sold`);
  if (settings === undefined || stream === undefined) return unusable('Invalid', 'its settings are not JSON objects');
  const port = asInteger(row.raw['port']);
  const mistake = mistakeIn(row.tag, port, settings);
  if (mistake !== undefined) return unusable('Invalid', mistake);
  const transport = readTransport(stream);
  if (transport === undefined) {
    const name = transportName(stream);
    return unusable('UnsupportedTransport', `its transport ${name}, as it is set up, cannot be put into links`);
  }
  const read = readSecurity(stream, coreVersion);
  if (read.kind === 'unsupported') {
    const name = asText(stream['security']);
    return unusable('UnsupportedSecurity', `its security is ${name}; only none, tls and reality are sold`);
  }
  if (read.kind === 'invalid') return unusable('Invalid', read.message);
  if (row.raw['enable'] !== true) {
    return unusable('Disabled', 'it is switched off on the panel, or its own limits have run out');
  }
  const plain = { protocol, port, transport, security: read.security, encryption: encryptionOf(settings) } as const;
  return { template: row.flow === '' ? plain : { ...plain, flow: row.flow } };
}

function mistakeIn(tag: string, port: number, settings: JsonObject): string | undefined {
  if (tag === '') return 'it has no tag';
  if (port < 1 || port > 65_535) return `its port is ${String(port)}: it listens on no network port`;
  const decrypts = (asText(settings['decryption']) || 'none') !== 'none';
  if (decrypts && encryptionOf(settings) === 'none') {
    return 'it decrypts (VLESS encryption), but does not say what clients must encrypt with';
  }
  return undefined;
}

function unusable(reason: UnusableReason, message: string): Judged {
  return { unusable: { reason, message } };
}
