import { annotations, type VPNPanel, vpnSubscriptions, type VPNSubscription } from '../../api/index.ts';
import { leaseName as operatorLeaseName } from '../../controllers/operator.ts';
import { keyOf, type Lease, leaseResource, type KubeClient } from '../../kube/index.ts';
import { outboxBacklog, summarizeQueues, type OutboxBacklog, type QueueSummary } from '../../ledger/index.ts';
import { inspectSchema, inspectSessions, type Store } from '../../store/index.ts';
import { botLeaseName, shopLeaseName } from '../bot/lease-names.ts';
import { hostOf } from '../doctor/judge-lease.ts';
import { within, type Reached, type Surroundings } from '../surroundings.ts';
import { listOwnPods, partOf } from '../own-pods.ts';

export interface Leader {
  readonly lease: string;
  /** Undefined: nobody holds it. */
  readonly holder: string | undefined;
  /** Of the holder; undefined where an older one does not say. */
  readonly version: string | undefined;
  readonly renewedAt: string | undefined;
}

export interface PodFacts {
  readonly name: string;
  readonly part: string;
  readonly image: string;
  readonly phase: string;
  readonly ready: boolean;
  readonly restarts: number;
}

export interface ShopFacts {
  /** `namespace/name` */
  readonly shop: string;
  readonly mode: string;
  readonly refundsPausedAt: string | undefined;
  /** Queues in which something waits for a person. */
  readonly queues: readonly QueueSummary[];
}

export interface PanelFacts {
  readonly panel: string;
  /** Reason of its condition Ready. */
  readonly state: string;
  readonly product: string;
  readonly version: string;
  readonly clients: number;
  readonly pending: number;
}

/** How everything stands; what is out of reach says why. */
export interface StatusFacts {
  readonly leaders: Reached<readonly Leader[]>;
  /** Undefined: this account may not see pods. */
  readonly pods: Reached<readonly PodFacts[] | undefined>;
  readonly sessions: Reached<readonly { readonly program: string; readonly sessions: number }[]>;
  readonly schema: Reached<string | undefined>;
  /** Subscriptions by reason of their condition Ready. */
  readonly subscriptions: Reached<Readonly<Record<string, number>>>;
  readonly panels: Reached<readonly PanelFacts[]>;
  readonly shops: Reached<readonly ShopFacts[]>;
  readonly outbox: Reached<readonly OutboxBacklog[]>;
}

export async function collectStatus(around: Surroundings): Promise<StatusFacts> {
  const { cluster, database, namespace, panels } = around;
  const [leaders, pods, subscriptions, sessions, schema, shops, outbox] = await Promise.all([
    within(cluster, (client) => leadersOf(client, around)),
    within(cluster, (client) => podsOf(client, namespace)),
    within(cluster, (client) => countSubscriptions(client, around.watchNamespace)),
    within(database, inspectSessions),
    within(database, async (store) => (await inspectSchema(store)).version),
    within(database, (store) => shopsOf(store, around)),
    within(database, outboxBacklog),
  ]);
  return { leaders, pods, sessions, schema, subscriptions, panels: mapReached(panels), shops, outbox };
}

async function leadersOf(client: KubeClient, { namespace, shops }: Surroundings): Promise<readonly Leader[]> {
  const ofShops = 'it' in shops ? shops.it.map(({ metadata }) => shopLeaseName({ namespace: '', ...metadata })) : [];
  return Promise.all(
    [operatorLeaseName, botLeaseName, ...ofShops].map(async (lease): Promise<Leader> => {
      const found = await client.find<Lease>(leaseResource, namespace, lease);
      const { holderIdentity = '', renewTime } = found?.spec ?? {};
      const holder = holderIdentity === '' ? undefined : hostOf(holderIdentity);
      return { lease, holder, version: found?.metadata.annotations?.[annotations.version], renewedAt: renewTime };
    }),
  );
}

async function podsOf(client: KubeClient, namespace: string): Promise<readonly PodFacts[] | undefined> {
  const pods = await listOwnPods(client, namespace);
  return pods?.map((pod) => {
    const containers = pod.status?.containerStatuses ?? [];
    return {
      name: pod.metadata.name,
      part: partOf(pod),
      image: pod.spec?.containers?.[0]?.image ?? '',
      phase: pod.status?.phase ?? 'Unknown',
      ready: containers.length > 0 && containers.every(({ ready }) => ready === true),
      restarts: containers.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    };
  });
}

async function countSubscriptions(
  client: KubeClient,
  namespace: string | undefined,
): Promise<Readonly<Record<string, number>>> {
  const counts: Record<string, number> = {};
  for await (const { status } of client.listAll<VPNSubscription>(vpnSubscriptions, { namespace })) {
    const state = status?.conditions?.find(({ type }) => type === 'Ready')?.reason ?? 'Unseen';
    counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
}

async function shopsOf(store: Store, { books, watchNamespace }: Surroundings): Promise<readonly ShopFacts[]> {
  const records = 'it' in books ? books.it : [];
  return Promise.all(
    records
      .filter(({ namespace }) => watchNamespace === undefined || namespace === watchNamespace)
      .map(async ({ id, namespace, name, mode, refundsPausedAtMs }) => ({
        shop: keyOf({ metadata: { namespace, name } }),
        mode,
        refundsPausedAt: refundsPausedAtMs === undefined ? undefined : new Date(refundsPausedAtMs).toISOString(),
        queues: (await summarizeQueues(store, id)).filter(({ count }) => count > 0),
      })),
  );
}

function mapReached(panels: Reached<readonly VPNPanel[]>): Reached<readonly PanelFacts[]> {
  return 'why' in panels ? panels : { it: panels.it.map(factsOfPanel) };
}

function factsOfPanel(panel: VPNPanel): PanelFacts {
  const { status } = panel;
  return {
    panel: keyOf(panel),
    state: status?.conditions?.find(({ type }) => type === 'Ready')?.reason ?? 'Unseen',
    product: status?.product ?? '',
    version: status?.version ?? '',
    clients: status?.clients?.managed ?? 0,
    pending: status?.clients?.pending ?? 0,
  };
}
