import type { VPNPanel } from '../../api/index.ts';
import type { PanelLoop } from './loop.ts';

/** One VPNPanel with the loop that talks to it. */
export interface PanelHandle {
  /** `namespace/name`. */
  readonly key: string;
  readonly name: string;
  readonly resource: VPNPanel;
  readonly loop: PanelLoop;
}

/** The panels that are being managed, by namespace. */
export class PanelDirectory {
  readonly #byKey = new Map<string, PanelHandle>();
  readonly #byId = new Map<string, string>();
  readonly #revisions = new Map<string, number>();

  get(key: string): PanelHandle | undefined {
    return this.#byKey.get(key);
  }

  byId(panelId: string): PanelHandle | undefined {
    const key = this.#byId.get(panelId);
    return key === undefined ? undefined : this.#byKey.get(key);
  }

  values(): IterableIterator<PanelHandle> {
    return this.#byKey.values();
  }

  inNamespace(namespace: string): PanelHandle[] {
    return [...this.#byKey.values()].filter(({ resource }) => resource.metadata.namespace === namespace);
  }

  /**
   * Grows when something changes that decides who is on which panel and how: labels, spec, inbounds, deletion. Health is
   * not among it, so that an outage makes no subscription work.
   */
  revision(namespace: string): number {
    return this.#revisions.get(namespace) ?? 0;
  }

  bump(namespace: string): void {
    this.#revisions.set(namespace, this.revision(namespace) + 1);
  }

  /** @returns whether what subscriptions depend on has changed */
  put(handle: PanelHandle): boolean {
    const known = this.#byKey.get(handle.key);
    this.#byKey.set(handle.key, handle);
    this.#byId.set(handle.loop.panelId, handle.key);
    if (known !== undefined && placementOf(known.resource) === placementOf(handle.resource)) return false;
    this.bump(handle.resource.metadata.namespace ?? '');
    return true;
  }

  remove(key: string): void {
    const known = this.#byKey.get(key);
    if (known === undefined) return;
    this.#byKey.delete(key);
    this.#byId.delete(known.loop.panelId);
    this.bump(known.resource.metadata.namespace ?? '');
  }
}

function placementOf({ metadata, spec }: VPNPanel): string {
  return JSON.stringify([
    metadata.labels ?? {},
    metadata.deletionTimestamp !== undefined,
    spec.mode,
    spec.scheduling,
    spec.paused,
    spec.capacity,
  ]);
}
