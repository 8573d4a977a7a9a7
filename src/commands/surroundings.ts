import { vpnPanels, vpnShops, type VPNPanel, type VPNShop } from '../api/index.ts';
import { systemClock, type Clock } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import { silentLog } from '../base/log.ts';
import { type KubeClient, loadKubeClient } from '../kube/index.ts';
import { listShops, type ShopRecord } from '../ledger/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { buildVersion } from './build.ts';
import { findConnections } from './running-up.ts';

/** Something that a check needs, or why it is not to be had. */
export type Reached<T> = { readonly it: T } | { readonly why: string };

export interface GivenSettings {
  readonly databaseUrl: string | undefined;
  readonly directDatabaseUrl: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly publicUrl: string | undefined;
  readonly telegramApiUrl: string | undefined;
  readonly namespace: string;
  readonly watchNamespace: string | undefined;
  readonly data: string | undefined;
}

/** Everything that checks look at, as far as it is within reach; nothing of it has to be. */
export interface Surroundings {
  readonly clock: Clock;
  readonly cluster: Reached<KubeClient>;
  readonly panels: Reached<readonly VPNPanel[]>;
  readonly shops: Reached<readonly VPNShop[]>;
  readonly database: Reached<Store>;
  readonly books: Reached<readonly ShopRecord[]>;
  readonly databaseUrl: string | undefined;
  /** Where notifications are listened for. */
  readonly listenDatabaseUrl: string | undefined;
  readonly publicUrl: string | undefined;
  readonly telegramApiUrl: string;
  /** Our own. */
  readonly namespace: string;
  readonly watchNamespace: string | undefined;
  /** Parts that "wayleave up" runs on this machine, for which there are no pods. */
  readonly health: Readonly<Record<string, string>> | undefined;
  readonly logs: string | undefined;
  close(): Promise<void>;
}

const realTelegram = 'https://api.telegram.org';

/** Finds cluster, database and resources side by side. Fails only for a call that is wrong. */
export async function lookAround(given: GivenSettings): Promise<Surroundings> {
  const found = await findConnections(given);
  const [cluster, database] = await Promise.all([reachCluster(found.kubeconfig), reachDatabase(found)]);
  const selection = given.watchNamespace === undefined ? {} : { namespace: given.watchNamespace };
  const [panels, shops, books] = await Promise.all([
    within(cluster, (client) => collect(client.listAll<VPNPanel>(vpnPanels, selection))),
    within(cluster, (client) => collect(client.listAll<VPNShop>(vpnShops, selection))),
    within(database, listShops),
  ]);
  return {
    clock: systemClock,
    cluster,
    panels,
    shops,
    database,
    books,
    databaseUrl: found.databaseUrl,
    listenDatabaseUrl: given.directDatabaseUrl ?? found.databaseUrl,
    publicUrl: found.publicUrl,
    telegramApiUrl: given.telegramApiUrl ?? found.local?.telegramApiUrl ?? realTelegram,
    namespace: given.namespace,
    watchNamespace: given.watchNamespace,
    health: found.local?.health,
    logs: found.local?.logs,
    close: async () => {
      if ('it' in cluster) await cluster.it.close();
      if ('it' in database) await database.it.close();
    },
  };
}

/** What can be had of something that is within reach. */
export async function within<T, Result>(
  reached: Reached<T>,
  use: (it: T) => Promise<Result>,
): Promise<Reached<Result>> {
  if ('why' in reached) return reached;
  try {
    return { it: await use(reached.it) };
  } catch (thrown) {
    return { why: describeError(thrown) };
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const askedWithinMs = 8_000;

async function reachCluster(kubeconfig: string | undefined): Promise<Reached<KubeClient>> {
  let client: KubeClient | undefined;
  try {
    client = await loadKubeClient({ kubeconfig, userAgent: `wayleave-doctor/${buildVersion}`, log: silentLog });
    const { status } = await client.raw('GET', '/version', { timeoutMs: askedWithinMs });
    // 401 and 403 are answers too: other checks say what may not be asked.
    if (status < 500) return { it: client };
    await client.close();
    return { why: `the API server answers HTTP ${String(status)}` };
  } catch (thrown) {
    await client?.close();
    return { why: describeError(thrown) };
  }
}

async function reachDatabase({
  databaseUrl,
  why,
}: {
  readonly databaseUrl: string | undefined;
  readonly why: string;
}): Promise<Reached<Store>> {
  if (databaseUrl === undefined) return { why: `no --database-url (DATABASE_URL) is given: ${why}` };
  try {
    const application = { applicationName: `wayleave-doctor/${buildVersion}`, log: silentLog };
    return { it: await openStore({ databaseUrl, role: 'migrate', poolSize: 4, ...application }) };
  } catch (thrown) {
    return { why: describeError(thrown) };
  }
}
