import { labels, vpnSubscriptions } from '../../api/index.ts';
import type { KubeClient, KubeObject } from '../../kube/index.ts';
import {
  askFor,
  knownToLedger,
  listProjected,
  namespacesOfShops,
  resourceName,
  type Projected,
} from '../../ledger/index.ts';
import { isUuid, type Store } from '../../store/index.ts';
import type { Finding } from './metrics.ts';
import { isOverridden, projectedRevision } from './ownership.ts';

export interface SweepOptions {
  readonly client: KubeClient;
  readonly store: Store;
  /** Only this namespace; undefined: every one in which a shop has ever sold. */
  readonly namespace: string | undefined;
  /** Told of each finding. */
  readonly found: (finding: Finding) => void;
}

/** What was sold, among the resources of other origin. */
export const soldSelector = `${labels.source}=ledger`;

/** So many are asked for in one transaction. */
const batchSize = 200;

/**
 * Compares every resource that the ledger made with what the ledger says, by metadata alone and page by page, and asks for
 * the projection of whatever differs: after it, a cluster that was lost fills up again. Any number of replicas may do it.
 *
 * @throws KubeError or StoreError when it could not be finished; what was found before is asked for all the same
 */
export async function sweep(options: SweepOptions): Promise<void> {
  for (const namespace of await namespacesOfShops(options.store, options.namespace)) {
    await sweepNamespace(options, namespace);
  }
}

async function sweepNamespace(options: SweepOptions, namespace: string): Promise<void> {
  const { client, store, found } = options;
  const wanted = listProjected(store, namespace);
  const shown = client.listAll<KubeObject>(vpnSubscriptions, {
    namespace,
    labelSelector: soldSelector,
    metadataOnly: true,
  });
  const unwanted: string[] = [];
  let asked: string[] = [];
  for await (const [projected, resource] of pairsOf(wanted, shown)) {
    if (projected === undefined) {
      const id = resource === undefined ? undefined : subscriptionOf(resource);
      if (id === undefined) found('unknown');
      else unwanted.push(id);
      continue;
    }
    const finding = projected.isUnderWay ? undefined : judge(projected, resource);
    if (finding === undefined) continue;
    found(finding);
    asked.push(projected.id);
    if (asked.length < batchSize) continue;
    await askForAll(store, asked);
    asked = [];
  }
  await askForAll(store, asked);
  await handleUnwanted(options, unwanted);
}

/** A resource that the ledger does not want in the cluster is retired, or nobody's: then it is left alone. */
async function handleUnwanted({ store, found }: SweepOptions, ids: readonly string[]): Promise<void> {
  for (let at = 0; at < ids.length; at += batchSize) {
    const batch = ids.slice(at, at + batchSize);
    const known = await knownToLedger(store, batch);
    for (const id of batch) found(known.has(id) ? 'retired' : 'unknown');
    await askForAll(store, [...known]);
  }
}

function judge({ revision }: Projected, resource: KubeObject | undefined): Finding | undefined {
  if (resource === undefined) return 'absent';
  const { metadata } = resource;
  if (metadata.deletionTimestamp !== undefined) return 'terminating';
  if (projectedRevision(metadata) !== revision) return 'outdated';
  return isOverridden(metadata) ? 'edited' : undefined;
}

/** Asks for the projection of these subscriptions. */
export async function askForAll(store: Store, subscriptionIds: readonly string[]): Promise<void> {
  if (subscriptionIds.length === 0) return;
  // In one order everywhere, so that replicas wait for each other instead of deadlocking.
  const sorted = [...new Set(subscriptionIds)].toSorted();
  await store.transaction(async (tx) => {
    for (const id of sorted) await askFor(tx, 'project', id);
  });
}

/** The subscription of a resource that the ledger made; undefined for a name that it gives to none. */
export function subscriptionOf({ metadata: { name } }: KubeObject): string | undefined {
  const id = name.slice(resourceName('').length);
  return isUuid(id) && name === resourceName(id) ? id : undefined;
}

/** Walks two lists that are in order of name side by side; either side is missing where only the other has the name. */
async function* pairsOf(
  wanted: AsyncIterator<Projected, void>,
  shown: AsyncIterator<KubeObject, void>,
): AsyncGenerator<readonly [Projected | undefined, KubeObject | undefined], void, undefined> {
  let projected = (await wanted.next()).value ?? undefined;
  let resource = (await shown.next()).value ?? undefined;
  while (projected !== undefined || resource !== undefined) {
    const order = compareNames(projected?.name, resource?.metadata.name);
    yield [order <= 0 ? projected : undefined, order >= 0 ? resource : undefined];
    if (order <= 0) projected = (await wanted.next()).value ?? undefined;
    if (order >= 0) resource = (await shown.next()).value ?? undefined;
  }
}

function compareNames(a: string | undefined, b: string | undefined): number {
  if (a === b) return 0;
  if (b === undefined) return -1;
  if (a === undefined) return 1;
  return a < b ? -1 : 1;
}
