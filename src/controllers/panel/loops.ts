import type { Failpoint } from '../failpoints.ts';
import type { VPNPanel, VPNPanelSpec } from '../../api/index.ts';
import type { Clock, Random } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import { splitKey, type EventRecorder, type KubeClient, type ObjectCache } from '../../kube/index.ts';
import type { PanelConnection, PanelDriver, WriteGate } from '../../panels/driver.ts';
import {
  confirmClients,
  deletedWithClients,
  ensurePanel,
  openRevocations,
  recentRevocations,
  type Store,
} from '../../store/index.ts';
import type { Book } from '../book.ts';
import type { SubscriptionRecords } from '../subscription/records.ts';
import { PanelRecords } from './records.ts';
import { generationOf } from '../subscription/desired.ts';
import { readConnection } from './connection.ts';
import type { PanelIdentities } from './identities.ts';
import { PanelLoop, type PanelLoopHooks } from './loop.ts';
import type { SeenClient } from './poller.ts';
import { guardWindowMs, isGuarded } from './revocation-guard.ts';

export interface PanelLoopsOptions {
  readonly client: KubeClient;
  readonly store: Store;
  readonly panels: ObjectCache<VPNPanel>;
  readonly book: Book;
  readonly records: SubscriptionRecords;
  readonly identities: PanelIdentities;
  readonly openDriver: (connection: PanelConnection, driver: VPNPanelSpec['driver']) => PanelDriver;
  readonly installationId: string;
  readonly gate: WriteGate;
  /** Monotonic milliseconds at which we became leader. */
  readonly leadingSinceMs: number;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly failpoint: Failpoint;
  /** Aborts when leadership ends: no loop outlives it, whatever else takes longer to end. */
  readonly leadership: AbortSignal;
  /** Is there a resource for this subscription? */
  readonly hasResource: (subscription: string) => boolean;
  readonly panelChanged: (panel: string) => void;
  readonly subscriptionChanged: (subscription: string) => void;
  readonly placementChanged: (namespace: string) => void;
  readonly driftFound: (panel: string, clients: number) => void;
  readonly driftRepaired: (panel: string, clients: number) => void;
}

/** More repairs in one poll than this are told once, on the panel. */
const repairsToldSingly = 10;

/** Starts and stops the loop of each panel, and connects it with what the rest of the operator knows. */
export class PanelLoops {
  readonly #options: PanelLoopsOptions;
  readonly #running = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();

  constructor(options: PanelLoopsOptions) {
    this.#options = options;
  }

  async start(key: string): Promise<PanelLoop> {
    const { store, book, panels, client, installationId, clock, log } = this.#options;
    const { namespace = '', name } = splitKey(key);
    const panel = await ensurePanel(store, { namespace, name });
    const [open, recent] = await Promise.all([
      openRevocations(store, panel.id),
      recentRevocations(store, panel.id, guardWindowMs),
    ]);
    const guarded = recent.filter(({ reason }) => isGuarded(reason));
    const loop = new PanelLoop({
      ...this.#options,
      key,
      panelId: panel.id,
      resource: () => panels.get(key),
      connect: (resource) => readConnection(client, resource, installationId),
      records: new PanelRecords(store, book, panel, open, guarded),
      log: log.child({ panel: key }),
      hooks: this.#hooks(key, panel.id),
    });
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.#options.leadership]);
    const ended = loop.run(signal).catch((thrown: unknown) => {
      log.error({ err: thrown, panel: key, at: clock.now() }, 'a panel loop ended by an error');
    });
    this.#running.set(key, { stop, ended });
    return loop;
  }

  async stop(key: string): Promise<void> {
    const running = this.#running.get(key);
    if (running === undefined) return;
    this.#running.delete(key);
    running.stop.abort();
    await running.ended;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((key) => this.stop(key)));
  }

  #hooks(key: string, panelId: string): PanelLoopHooks {
    const {
      book,
      panels,
      events,
      panelChanged,
      subscriptionChanged,
      placementChanged,
      hasResource,
      records,
      driftFound,
      driftRepaired,
    } = this.#options;
    const keyOfSubscription = (id: string): string | undefined => {
      const record = book.byId(id)?.record;
      return record === undefined ? undefined : `${record.namespace}/${record.name}`;
    };
    const tell = (reason: string, message: string): void => {
      const object = panels.get(key);
      if (object !== undefined) events.record({ object, type: 'Warning', reason, message });
    };
    return {
      changed: () => {
        panelChanged(key);
      },
      delivered: subscriptionChanged,
      placementChanged: () => {
        placementChanged(splitKey(key).namespace ?? '');
      },
      freed: (count) => {
        const room = panels.get(key)?.spec.capacity?.maxClients;
        if (room !== undefined && book.clientsOn(panelId) + count >= room)
          placementChanged(splitKey(key).namespace ?? '');
      },
      claims: (subscriptionId) => {
        const subscription = keyOfSubscription(subscriptionId);
        return subscription !== undefined && hasResource(subscription);
      },
      drifted: (emails) => {
        driftFound(key, emails.length);
        const [first] = emails;
        const names = emails.length > repairsToldSingly ? `first: ${first ?? ''}` : emails.join(', ');
        tell('DriftRepaired', `${String(emails.length)} clients were not as they must be and are put back (${names})`);
      },
      repaired: (count) => {
        driftRepaired(key, count);
      },
      replaced: (before, now) => {
        tell(
          'PanelReplaced',
          `another panel answers here (${before} before, ${now} now): it is filled anew with the same keys`,
        );
      },
      held: (count) => {
        tell('RevocationsHeld', `${String(count)} removals at once wait for a person: see condition RevocationsHeld`);
      },
      usage: (readings) => records.recordUsage(panelId, readings),
      seen: (clients) => this.#adopt(panelId, clients),
      unclaimed: (clients) => this.#revokeDeleted(key, panelId, clients),
    };
  }

  /**
   * Clients whose deletion was decided long ago: put there by a process that died before it could tell, or brought back
   * with the panel's backup. The loop finds the rows at its next look.
   */
  async #revokeDeleted(key: string, panelId: string, clients: readonly SeenClient[]): Promise<void> {
    const { store, records } = this.#options;
    const deleted = await deletedWithClients(
      store,
      clients.map(({ subscriptionId }) => subscriptionId),
    );
    const batch = clients
      .filter(({ subscriptionId }) => deleted.has(subscriptionId))
      .map(({ email, subscriptionId }) => {
        const decidedBy = `found on panel ${key} after its subscription was deleted`;
        return {
          panelId,
          subscriptionId,
          email,
          generation: generationOf(email),
          reason: 'Deleted' as const,
          decidedBy,
        };
      });
    if (batch.length > 0) await records.revoke(batch);
  }

  /** Clients of live subscriptions that the panel holds without our record of it: a process died in between. */
  async #adopt(panelId: string, clients: readonly SeenClient[]): Promise<void> {
    const { store, book, clock, subscriptionChanged } = this.#options;
    const nowMs = clock.now();
    const adopted = clients.flatMap(({ email, subscriptionId }) => {
      const record = book.byId(subscriptionId)?.record;
      const generation = generationOf(email);
      if (record?.generations.some((known) => known.generation === generation) !== true) return [];
      const times = { firstConfirmedAtMs: nowMs, confirmedAtMs: nowMs };
      return [{ panelId, subscriptionId, generation, email, inbounds: [], fingerprint: '', enabled: true, ...times }];
    });
    if (adopted.length === 0) return;
    await confirmClients(store, adopted);
    for (const client of adopted) {
      book.confirm(client);
      const record = book.byId(client.subscriptionId)?.record;
      if (record !== undefined) subscriptionChanged(`${record.namespace}/${record.name}`);
    }
  }
}
