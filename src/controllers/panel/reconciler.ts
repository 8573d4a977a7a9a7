import {
  annotations,
  FINALIZER,
  vpnPanels,
  type Condition,
  type VPNPanel,
  type VPNPanelStatus,
} from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import {
  addFinalizer,
  done,
  removeFinalizer,
  requeueAfter,
  splitKey,
  type EventRecorder,
  type KubeClient,
  type KubeObject,
  type ObjectCache,
  type Outcome,
} from '../../kube/index.ts';
import { PanelError } from '../../panels/errors.ts';
import type { Book } from '../book.ts';
import { namespaces } from '../kube-resources.ts';
import { writeStatus } from '../write-status.ts';
import type { PanelDirectory, PanelHandle } from './directory.ts';
import type { PanelLoop } from './loop.ts';
import { eventTypeOf, panelStatus, sameStatus } from './status.ts';

export interface PanelReconcilerOptions {
  readonly client: KubeClient;
  readonly panels: ObjectCache<VPNPanel>;
  readonly directory: PanelDirectory;
  readonly book: Book;
  /** Loads what Postgres knows of the panel and starts the loop that talks to it. */
  readonly startLoop: (key: string) => Promise<PanelLoop>;
  readonly stopLoop: (key: string) => Promise<void>;
  /** Records that every client of ours on the panel goes. */
  readonly revokeAll: (handle: PanelHandle, reason: 'Deleted' | 'PanelDraining') => Promise<void>;
  /** The panel's endpoints leave the customers' lists. */
  readonly removeRecord: (panelId: string) => Promise<void>;
  readonly readSecret: (panel: VPNPanel) => Promise<unknown>;
  /** Who is on which panel may have to change. */
  readonly placementChanged: (namespace: string) => void;
  readonly events: EventRecorder;
  readonly clock: Clock;
}

const statusIntervalMs = 1000;
const releaseAfterUnreachableMs = 3_600_000;

/** Keeps one loop per VPNPanel running, shows what it knows, and lets a deleted panel go without waiting for a dead one. */
export class PanelReconciler {
  readonly #options: PanelReconcilerOptions;
  readonly #writtenMs = new Map<string, number>();
  readonly #seen = new Map<string, string>();

  constructor(options: PanelReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string): Promise<Outcome> {
    const { client, panels, directory } = this.#options;
    let panel = panels.get(key);
    if (panel === undefined) {
      await this.#stop(key);
      return done;
    }
    const deleting = panel.metadata.deletionTimestamp !== undefined;
    if (!deleting && panel.metadata.finalizers?.includes(FINALIZER) !== true) {
      panel = await addFinalizer(client, vpnPanels, panel, FINALIZER);
    }
    if (deleting && panel.metadata.finalizers?.includes(FINALIZER) !== true) return done;
    const loop = directory.get(key)?.loop ?? (await this.#options.startLoop(key));
    const handle: PanelHandle = { key, name: panel.metadata.name, resource: panel, loop };
    if (directory.put(handle)) this.#options.placementChanged(panel.metadata.namespace ?? '');
    const seen = JSON.stringify([panel.metadata.generation, panel.metadata.annotations, deleting]);
    if (this.#seen.get(key) !== seen) {
      this.#seen.set(key, seen);
      loop.wake();
    }
    if (deleting) return this.#drain(handle);
    return this.#show(handle);
  }

  async #stop(key: string): Promise<void> {
    const { directory, stopLoop, placementChanged } = this.#options;
    this.#writtenMs.delete(key);
    this.#seen.delete(key);
    if (directory.get(key) === undefined) return;
    directory.remove(key);
    await stopLoop(key);
    placementChanged(splitKey(key).namespace ?? '');
  }

  async #show({ key, resource, loop }: PanelHandle): Promise<Outcome> {
    const { client, clock } = this.#options;
    const status = panelStatus(resource, loop.facts, loop.counts(), new Date(clock.now()));
    if (sameStatus(resource.status, status)) return done;
    const waitMs = (this.#writtenMs.get(key) ?? -Infinity) + statusIntervalMs - clock.monotonic();
    if (waitMs > 0) return requeueAfter(waitMs);
    this.#writtenMs.set(key, clock.monotonic());
    await writeStatus(client, vpnPanels, resource, status);
    this.#tell(resource, status);
    return done;
  }

  /** A panel that became well or unwell is worth an Event; `kubectl describe` shows when. */
  #tell(panel: VPNPanel, status: VPNPanelStatus): void {
    const find = (from: VPNPanelStatus | undefined): Condition | undefined =>
      from?.conditions?.find(({ type }) => type === 'Ready');
    const ready = find(status);
    if (ready === undefined || ready.status === 'Unknown' || ready.reason === find(panel.status)?.reason) return;
    this.#options.events.record({
      object: panel,
      type: eventTypeOf(ready),
      reason: ready.reason,
      message: ready.message,
    });
  }

  /** Deletion is a drain; it ends when the panel is empty, or when there is a good reason not to wait for that. */
  async #drain(handle: PanelHandle): Promise<Outcome> {
    const { client, book, events, removeRecord, revokeAll } = this.#options;
    const { key, resource, loop } = handle;
    const left = book.clientsOn(loop.panelId);
    const why = await this.#reasonToRelease(handle, left);
    if (why === undefined) {
      await revokeAll(handle, resource.spec.scheduling === 'Draining' ? 'PanelDraining' : 'Deleted');
      await this.#show(handle);
      return requeueAfter(2000);
    }
    if (why.removesEndpoints) await removeRecord(loop.panelId);
    if (left > 0) {
      events.record({
        object: resource,
        type: 'Warning',
        reason: 'PanelAbandoned',
        message: `released with ${String(left)} of our clients left on it: ${why.message}`,
      });
    }
    await removeFinalizer(client, vpnPanels, resource, FINALIZER);
    await this.#stop(key);
    return done;
  }

  async #reasonToRelease(
    { resource, loop }: PanelHandle,
    left: number,
  ): Promise<{ message: string; removesEndpoints: boolean } | undefined> {
    if (left === 0) return { message: 'it is empty', removesEndpoints: true };
    if (loop.facts.duplicateOf !== undefined) {
      return {
        message: `they belong to ${loop.facts.duplicateOf}, which stands for the same panel`,
        removesEndpoints: true,
      };
    }
    if (resource.metadata.annotations?.[annotations.abandon] === 'true') {
      return { message: `the annotation ${annotations.abandon} says so`, removesEndpoints: true };
    }
    const reachable = resource.status?.conditions?.find(({ type }) => type === 'Reachable');
    const sinceMs = reachable?.status === 'False' ? Date.parse(reachable.lastTransitionTime) : Infinity;
    // A panel that answers but refuses us may still be told; only one that is silent is given up.
    if (
      loop.facts.failure?.code === 'PANEL_UNREACHABLE' &&
      this.#options.clock.now() - sinceMs >= releaseAfterUnreachableMs
    ) {
      return { message: 'it has been unreachable for an hour', removesEndpoints: true };
    }
    if (await this.#secretIsGone(resource)) {
      // A deleted namespace takes the Secret along. Its customers' lists stay whole: the panel still serves them.
      const kept = await this.#namespaceIsTerminating(resource.metadata.namespace ?? '');
      return { message: 'its Secret is gone', removesEndpoints: !kept };
    }
    return undefined;
  }

  async #secretIsGone(panel: VPNPanel): Promise<boolean> {
    try {
      await this.#options.readSecret(panel);
      return false;
    } catch (thrown) {
      if (thrown instanceof PanelError && thrown.code === 'PANEL_CREDENTIALS_INVALID') return true;
      throw thrown;
    }
  }

  async #namespaceIsTerminating(namespace: string): Promise<boolean> {
    const found = await this.#options.client.find<KubeObject>(namespaces, undefined, namespace);
    return found === undefined || found.metadata.deletionTimestamp !== undefined;
  }
}
