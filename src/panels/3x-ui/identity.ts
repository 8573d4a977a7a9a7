import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import type { Detection } from './detect.ts';
import { asInteger, asText, firstObject } from './json.ts';
import type { InboundRow, Snapshot } from './snapshot.ts';

/**
 * What makes two resources with the same panel behind them recognisable: the panel's own guid, which it tells from v3.2
 * on. Before, a hash of what no two panels share: the public address that it sees of itself, and the oldest inbound with
 * the moment at which the seller made its first client, to the millisecond. Clients that we make come and go.
 */
export function identityOf({ guid, status }: Pick<Detection, 'guid' | 'status'>, { inbounds }: Snapshot): string {
  if (guid !== null) return `3x-ui:${guid}`;
  const addresses = firstObject(status, 'publicIP');
  const facts = [
    ...['ipv4', 'ipv6'].map((family) => asText(addresses[family])).filter((address) => isIP(address) !== 0),
    inbounds[0] === undefined ? '' : originOf(inbounds[0]),
  ];
  return `3x-ui:${createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 32)}`;
}

function originOf({ id, raw, stream, oldest }: InboundRow): string {
  const reality = firstObject(stream ?? {}, 'realitySettings');
  const privateKey = asText(reality['privateKey']);
  return JSON.stringify([
    id,
    asText(raw['listen']),
    asInteger(raw['port']),
    privateKey,
    oldest?.uuid ?? '',
    oldest?.createdAtMs ?? 0,
  ]);
}
