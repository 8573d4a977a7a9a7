import type { VlessEndpoint } from '../../formats/endpoint.ts';
import type { PanelInbound } from '../../panels/driver.ts';

/** One line of a customer's list of servers, and the inbound that serves it. Kept in Postgres per panel. */
export interface StoredEndpoint {
  /** Name of the inbound in the VPNPanel, or its tag where the VPNPanel names none. */
  readonly name: string;
  /** Tag of the panel's inbound. */
  readonly inbound: string;
  readonly endpoint: VlessEndpoint;
}

export interface InboundChoice {
  readonly name: string;
  readonly match: { readonly tag?: string; readonly remark?: string };
  readonly endpoints: readonly {
    readonly address: string;
    readonly port?: number;
    readonly remark: string;
    readonly serverName?: string;
  }[];
}

export type InboundProblemReason = 'InboundMissing' | 'InboundAmbiguous' | 'InboundUnusable' | 'NoUsableInbound';

export interface ResolvedInbounds {
  /** Tags that clients must be on. Sorted, no duplicates. */
  readonly tags: readonly string[];
  readonly endpoints: readonly StoredEndpoint[];
  readonly problems: readonly { readonly reason: InboundProblemReason; readonly message: string }[];
}

/**
 * Turns what the VPNPanel asks for and what the panel has into endpoints for customers.
 *
 * An inbound that is asked for and cannot be found keeps its last known endpoints: a shortened list would delete good
 * servers on phones. It leaves when the VPNPanel no longer names it, or, where the VPNPanel names none, when the panel
 * shows other usable inbounds and not this one.
 *
 * @param choices `spec.inbounds`; undefined for all usable ones at the panel's own host
 * @param previous what Postgres holds
 * @param panelHost host name of the panel's URL
 */
export function resolveInbounds(
  choices: readonly InboundChoice[] | undefined,
  inbounds: readonly PanelInbound[],
  previous: readonly StoredEndpoint[],
  panelHost: string,
  location: string | undefined,
): ResolvedInbounds {
  if (choices === undefined || choices.length === 0) return resolveAll(inbounds, previous, panelHost, location);
  const endpoints: StoredEndpoint[] = [];
  const problems: ResolvedInbounds['problems'][number][] = [];
  for (const choice of choices) {
    const found = findInbound(choice, inbounds);
    if ('reason' in found) {
      problems.push(found);
      endpoints.push(...previous.filter(({ name }) => name === choice.name));
      continue;
    }
    const { template, tag } = found.inbound;
    if (template === undefined) {
      const why = found.inbound.unusable;
      problems.push({
        reason: 'InboundUnusable',
        message: `inbound ${choice.name} (${tag}) cannot serve customers: ${why?.message ?? 'it has no usable settings'}`,
      });
      endpoints.push(...previous.filter(({ name }) => name === choice.name));
      continue;
    }
    for (const { address, port, remark, serverName } of choice.endpoints) {
      const endpoint: VlessEndpoint = { ...template, address, port: port ?? template.port, remark };
      endpoints.push({ name: choice.name, inbound: tag, endpoint: withServerName(endpoint, serverName) });
    }
  }
  return { tags: tagsOf(endpoints), endpoints, problems };
}

function resolveAll(
  inbounds: readonly PanelInbound[],
  previous: readonly StoredEndpoint[],
  panelHost: string,
  location: string | undefined,
): ResolvedInbounds {
  const endpoints: StoredEndpoint[] = [];
  for (const { tag, remark, template } of inbounds) {
    if (template === undefined) continue;
    const title = [location, remark === '' ? tag : remark].filter((part) => part !== undefined).join(' ');
    endpoints.push({ name: tag, inbound: tag, endpoint: { ...template, address: panelHost, remark: title } });
  }
  if (endpoints.length > 0) return { tags: tagsOf(endpoints), endpoints, problems: [] };
  const seen = inbounds.map(({ tag, unusable }) => `${tag}: ${unusable?.reason ?? 'Invalid'}`).join(', ');
  return {
    tags: tagsOf(previous),
    endpoints: previous,
    problems: [
      {
        reason: 'NoUsableInbound',
        message: `the panel has no VLESS inbound that customers can use (${seen === '' ? 'it has none at all' : seen}): add one there`,
      },
    ],
  };
}

function findInbound(
  { name, match }: InboundChoice,
  inbounds: readonly PanelInbound[],
): { inbound: PanelInbound } | ResolvedInbounds['problems'][number] {
  const wanted = match.tag === undefined ? `remark "${match.remark ?? ''}"` : `tag "${match.tag}"`;
  const found = inbounds.filter(({ tag, remark }) =>
    match.tag === undefined ? remark === match.remark : tag === match.tag,
  );
  const [inbound] = found;
  if (inbound === undefined) {
    const known = inbounds.map(({ tag, remark }) => `${tag} (${remark})`).join(', ') || 'none';
    return {
      reason: 'InboundMissing',
      message: `inbound ${name}: the panel has none with ${wanted}; it has ${known}. Correct spec.inbounds or add it on the panel`,
    };
  }
  if (found.length > 1) {
    const tags = found.map(({ tag }) => tag).join(', ');
    return {
      reason: 'InboundAmbiguous',
      message: `inbound ${name}: ${wanted} fits ${String(found.length)} inbounds (${tags}); match one by its tag`,
    };
  }
  return { inbound };
}

function withServerName(endpoint: VlessEndpoint, serverName: string | undefined): VlessEndpoint {
  if (serverName === undefined || endpoint.security.type === 'none') return endpoint;
  return { ...endpoint, security: { ...endpoint.security, serverName } };
}

function tagsOf(endpoints: readonly StoredEndpoint[]): readonly string[] {
  return [...new Set(endpoints.map(({ inbound }) => inbound))].toSorted();
}
