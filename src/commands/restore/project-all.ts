import { hostname } from 'node:os';
import { Registry } from 'prom-client';
import { sleep, type Clock } from '../../base/clock.ts';
import { silentLog } from '../../base/log.ts';
import { createProjection } from '../../controllers/projection/projection.ts';
import { askForAll, sweep } from '../../controllers/projection/sweep.ts';
import { TokenKeySource } from '../../controllers/token-keys.ts';
import { EventRecorder, type KubeClient } from '../../kube/index.ts';
import { listProjected, namespacesOfShops, projectionProgress } from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import { CommandError } from '../command-error.ts';

export interface ProjectAllOptions {
  readonly client: KubeClient;
  readonly store: Store;
  /** Our own: the token key is there. */
  readonly namespace: string;
  readonly watchNamespace: string | undefined;
  readonly clock: Clock;
  readonly deadlineMs: number;
  /** Told every second. */
  readonly progress: (text: string) => void;
}

export interface ProjectedAll {
  readonly wanted: number;
  /** Resources that the ledger made and does not know: bought after the backup. */
  readonly unknown: number;
}

/** How many are carried at a time: the API server is idle during a restore. */
const concurrency = 24;
const lookEveryMs = 1_000;
/** What fails for so long while nothing else is left needs a person. */
const hopelessAfterMs = 60_000;

/**
 * Carries everything that the ledger entitles to into the cluster, with the bot's own parts: they may run here and in any
 * number of bots at once.
 *
 * @throws CommandError when something cannot be carried, or not in time
 */
export async function projectAll(options: ProjectAllOptions): Promise<ProjectedAll> {
  const { client, store, namespace, watchNamespace, clock } = options;
  const stop = new AbortController();
  const common = { clock, random: Math.random, log: silentLog };
  const keys = new TokenKeySource({ client, store, namespace, clock });
  const events = new EventRecorder({ client, component: 'wayleave-bot', instance: hostname(), clock, log: silentLog });
  const projection = createProjection({
    ...common,
    client,
    store,
    events,
    watchNamespace,
    concurrency,
    tokenKeys: () => keys.get(),
    registry: new Registry(),
    failpoint: () => undefined,
  });
  const running = projection.run(stop.signal);
  try {
    await hurry(store, watchNamespace);
    return await untilAllIsThere(options);
  } finally {
    stop.abort();
    await running;
    await events.flush();
  }
}

/** What failed before the backup was taken would be tried again minutes from now. */
async function hurry(store: Store, only: string | undefined): Promise<void> {
  for (const namespace of await namespacesOfShops(store, only)) {
    const underWay: string[] = [];
    for await (const { id, isUnderWay } of listProjected(store, namespace)) if (isUnderWay) underWay.push(id);
    await askForAll(store, underWay);
  }
}

async function untilAllIsThere(options: ProjectAllOptions): Promise<ProjectedAll> {
  const { client, store, watchNamespace, clock, deadlineMs, progress } = options;
  let hopefulMs = clock.monotonic();
  for (;;) {
    const { wanted, waiting, failing, error } = await projectionProgress(store, watchNamespace);
    progress(`${String(wanted - waiting)} of ${String(wanted)} subscriptions are in the cluster`);
    if (waiting === 0) {
      const found = await compare(client, store, watchNamespace);
      if (found.differing === 0) return { wanted, unknown: found.unknown };
    }
    if (failing < waiting || waiting === 0) hopefulMs = clock.monotonic();
    const isHopeless = clock.monotonic() - hopefulMs > hopelessAfterMs;
    if (isHopeless || clock.monotonic() > deadlineMs) {
      const why = error === undefined ? '' : `, the reason of one: ${error}`;
      throw new CommandError(
        `${String(waiting)} of ${String(wanted)} subscriptions are not in the cluster yet${why}; mend that and run it again`,
        { retry: 'later' },
      );
    }
    await sleep(clock, lookEveryMs);
  }
}

/** Asks for whatever differs, and says how much that was. */
async function compare(
  client: KubeClient,
  store: Store,
  namespace: string | undefined,
): Promise<{ readonly differing: number; readonly unknown: number }> {
  let differing = 0;
  let unknown = 0;
  await sweep({
    client,
    store,
    namespace,
    found: (finding) => {
      if (finding === 'unknown') unknown += 1;
      else differing += 1;
    },
  });
  return { differing, unknown };
}
