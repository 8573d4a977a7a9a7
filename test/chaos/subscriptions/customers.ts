import type { ClientCore } from '../../../src/formats/client-core.ts';
import type { VlessEndpoint, VlessTransport } from '../../../src/formats/endpoint.ts';
import {
  addAlias,
  confirmClients,
  createTokenKeyData,
  ensurePanel,
  ensureSubscriptions,
  hashToken,
  parseTokenKeys,
  registerDevice,
  rotateToken,
  savePanelReading,
  saveShopRendering,
  type Store,
  type SubscriptionRecord,
  tokenOf,
  type TokenKeys,
  writeEntitlements,
  writeStates,
} from '../../../src/store/index.ts';
import { revokeAddresses } from '../../support/revoked-addresses.ts';

/** A server that a customer's list must hold. Its address names it, and stands nowhere else in a document. */
export interface ServerMark {
  readonly address: string;
  /** Whose documents leave it out, because their core cannot use it. */
  readonly notFor?: ClientCore;
}

/** What a customer's address must answer, whatever happens. */
export interface Customer {
  readonly name: string;
  readonly kind: CustomerKind;
  readonly token: string;
  /** Stands once for each of his servers in each of his documents, and in nobody else's. */
  readonly uuid: string;
  /** Those that his list shows, in order; none where a notice is all that he gets. */
  readonly servers: readonly ServerMark[];
}

/**
 * - `moved`: the address was replaced when the suite began, and answers a notice for 15 minutes
 * - `revoked`: the address is gone, and answers like one that never was
 * - `taken`: his devices are counted, and all places are taken by devices that never ask
 * - `counted`: his devices are counted, and there is room
 */
export type CustomerKind = (typeof kinds)[number]['kind'];

interface Kind {
  readonly panels: readonly (keyof typeof panels)[];
  readonly title?: string;
  /** An address of another product, instead of ours. @param number of the customer */
  readonly alias?: (number: string) => string;
}

const reality: VlessEndpoint['security'] = {
  type: 'reality',
  serverName: 'www.example.test',
  fingerprint: 'chrome',
  publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
  shortId: '2351e1',
  spiderX: '/',
  minClientVer: '',
};
const tls: VlessEndpoint['security'] = { type: 'tls', serverName: 'www.example.test', fingerprint: 'chrome', alpn: [] };

/** Each serves something else, so that a list tells whose it is. */
const panels = {
  nl: [server('nl1', { type: 'tcp' }, reality), server('nl2', { type: 'ws', path: '/a?ed=2048', host: '' }, tls)],
  de: [
    server('de1', { type: 'grpc', serviceName: 'tunnel', authority: '', mode: 'gun' }, reality),
    server('de2', { type: 'httpupgrade', path: '/b', host: '' }, tls),
  ],
  fi: [
    server('fi1', { type: 'xhttp', path: '/c', host: '', mode: 'auto' }, reality),
    server('fi2', { type: 'ws', path: '/d', host: 'cdn.example.test' }, tls),
  ],
  us: [server('us1', { type: 'tcp' }, reality)],
} as const;

const hostileTitle = '"Ёлка"; \u{1F468}\u200D\u{1F469}\u200D\u{1F467}\r\nset-cookie: a=b\t<script>\u202e';

/** One after the other, as often as customers are wanted. */
const kinds = [
  { kind: 'active', panels: ['nl', 'de'] },
  { kind: 'active', panels: ['nl', 'de', 'fi'], title: hostileTitle },
  { kind: 'active', panels: ['fi'] },
  { kind: 'active', panels: ['us', 'nl'], alias: (number) => `k3j5h2l1p9q8${number}` },
  { kind: 'expired', panels: ['nl'] },
  { kind: 'limited', panels: ['nl', 'us'] },
  { kind: 'active', panels: ['nl', 'us', 'de', 'fi'] },
  { kind: 'suspended', panels: ['nl'] },
  { kind: 'preparing', panels: [] },
  { kind: 'denied', panels: ['de'] },
  { kind: 'counted', panels: ['nl', 'de'] },
  { kind: 'taken', panels: ['nl', 'de'] },
  { kind: 'active', panels: ['us', 'fi'], alias: (number) => `5783a3e7-e373-51cd-8642-c83782b8${number}` },
  { kind: 'moved', panels: ['nl'] },
  { kind: 'revoked', panels: ['nl'] },
  {
    kind: 'active',
    panels: ['us', 'de'],
    alias: (number) => `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.3vVQJb0xQ7p5cYc2z0mXq1kq6h3fL1s0Yd7${number}`,
  },
] as const satisfies readonly (Kind & { readonly kind: string })[];

/** The host names under which the suites' customers reach their subscriptions. */
export const publicHosts = ['sub.example.com', 'sub.example.org'] as const;

/** Kinds whose answer holds their servers, at least for a device that has a place. */
const shows: ReadonlySet<CustomerKind> = new Set(['active', 'expired', 'limited', 'counted', 'taken']);

const namespace = 'customers';
const dayMs = 86_400_000;

/**
 * Writes so many customers, of each kind in turn, as operator, bot and service would.
 *
 * @param store with the rights of all of them
 * @param keys of the installation, where there is one
 */
export async function addCustomers(
  store: Store,
  count: number,
  keys: TokenKeys = parseTokenKeys(createTokenKeyData()),
): Promise<Customer[]> {
  const everyone = Array.from({ length: count }, (_, at) => ({ at, ...kindAt(at) }));
  const names = everyone.map(({ at }) => ({ namespace, name: nameAt(at), source: 'resource' as const }));
  const records = await ensureSubscriptions(store, names, keys);
  const people = everyone.map((one, index) => ({ ...one, record: recordAt(records, index) }));
  await saveShopRendering(
    store,
    { namespace, name: 'shop' },
    {
      language: 'en',
      publicUrls: publicHosts.map((host) => `https://${host}`),
      supportUrl: 'https://t.me/example',
      announce: { text: { default: 'Maintenance on Friday', ru: 'Работы в пятницу' } },
      apps: [{ userAgentPrefix: 'FriendlyApp', format: 'sing-box' }],
    },
  );
  await confirmAll(store, people);
  await writeEntitlements(
    store,
    people.map(({ at, kind, title, record }) => ({
      subscriptionId: record.id,
      title: { default: title ?? `Customer ${String(at)}` },
      // Half a day more than whole days, so that nothing that is counted in days changes while a suite runs.
      expiresAtMs: Date.now() + (kind === 'expired' ? -1 : 30) * dayMs + dayMs / 2,
      access: kind === 'denied' ? 'denied' : 'granted',
      trafficLimitBytes: 50_000_000_000n,
      deviceLimit: kind === 'counted' ? 1000 : kind === 'taken' ? 1 : undefined,
    })),
  );
  await writeStates(
    store,
    people.map(({ kind, record }) => ({
      subscriptionId: record.id,
      suspended: kind === 'suspended',
      limited: kind === 'limited',
    })),
  );
  const customers: Customer[] = [];
  for (const { at, kind, panels: served, alias, record } of people) {
    const own = record.token === undefined ? '' : tokenOf(keys, record.id, record.token);
    const token = alias?.(String(at).padStart(4, '0')) ?? own;
    if (alias !== undefined) {
      const hash = hashToken(token);
      await addAlias(store, { hash, subscriptionId: record.id, endsAtMs: undefined, createdBy: 'test' });
    }
    if (kind === 'moved') await rotateToken(store, record.id, keys);
    if (kind === 'revoked') await revokeAddresses(store, [record.id]);
    if (kind === 'taken') await takeThePlace(store, record);
    const servers = shows.has(kind) ? served.toSorted().flatMap((panel) => panels[panel].map(({ mark }) => mark)) : [];
    customers.push({ name: nameAt(at), kind, token, uuid: record.generations[0]?.clientUuid ?? '', servers });
  }
  return customers;
}

/** What shows up in a document of a customer as an app with this core reads it. */
export function serversFor({ servers }: Customer, core: ClientCore | undefined): readonly string[] {
  return servers.filter(({ notFor }) => core === undefined || notFor !== core).map(({ address }) => address);
}

function kindAt(at: number): Kind & { readonly kind: CustomerKind } {
  const kind = kinds[at % kinds.length];
  if (kind === undefined) throw new RangeError('there are kinds of customers');
  return kind;
}

function recordAt(records: readonly SubscriptionRecord[], index: number): SubscriptionRecord {
  const record = records[index];
  if (record === undefined) throw new RangeError('a customer was not recorded');
  return record;
}

function nameAt(at: number): string {
  return `customer-${String(at).padStart(4, '0')}`;
}

async function confirmAll(
  store: Store,
  people: readonly { readonly panels: Kind['panels']; readonly record: SubscriptionRecord }[],
): Promise<void> {
  for (const [name, servers] of Object.entries(panels)) {
    const panel = await ensurePanel(store, { namespace, name });
    const endpoints = servers.map(({ mark, endpoint }) => ({ inbound: mark.address, endpoint }));
    await savePanelReading(store, panel.id, { identity: `guid of ${name}`, endpoints, location: name });
    const holders = people.filter((one) => one.panels.some((held) => held === name));
    await confirmClients(
      store,
      holders.map(({ record }) => ({
        panelId: panel.id,
        subscriptionId: record.id,
        generation: 1,
        email: `wl-${record.shortId}`,
        inbounds: servers.map(({ mark }) => mark.address),
        fingerprint: 'as desired',
        enabled: true,
      })),
    );
  }
}

/** By a device that no test has. */
async function takeThePlace(store: Store, { id }: SubscriptionRecord): Promise<void> {
  const device = { subscriptionId: id, hash: Buffer.alloc(32, id), model: 'Taken', os: '' };
  const outcome = await registerDevice(store, device);
  if (outcome !== 'registered') throw new Error(`a device could not take the only place: ${outcome}`);
}

function server(
  name: string,
  transport: VlessTransport,
  security: VlessEndpoint['security'],
): { readonly mark: ServerMark; readonly endpoint: VlessEndpoint } {
  const address = `${name}.servers.example.com`;
  const isPlain = transport.type === 'tcp';
  return {
    mark: { address, ...(transport.type === 'xhttp' ? { notFor: 'sing-box' } : {}) },
    endpoint: {
      protocol: 'vless',
      address,
      port: 443,
      // What YAML takes for a number, for true, and for a string that ends early.
      remark: `${name} 0x1F: yes "é\u{1F1F3}\u{1F1F1}"`,
      transport,
      security,
      encryption: 'none',
      ...(isPlain && security.type === 'reality' ? { flow: 'xtls-rprx-vision' } : {}),
    },
  };
}
