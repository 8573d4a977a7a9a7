import type { VPNSubscription } from '../../api/index.ts';
import type { EventRecorder, KubeClient } from '../../kube/index.ts';
import {
  overtakeRevision,
  projectionState,
  readProjection,
  revokeRetired,
  type Projection,
  type ProjectionState,
} from '../../ledger/index.ts';
import { ensureSubscriptions, type Store, type TokenKeys } from '../../store/index.ts';
import type { ProjectionFailpoint } from '../failpoints.ts';
import { ProjectionError } from './errors.ts';
import { isOverridden, overriddenFields, projectedRevision } from './ownership.ts';
import { projectedSpec } from './projected-spec.ts';
import { differingFields, ResourceWriter } from './resource-writer.ts';

export interface ProjectorOptions {
  readonly client: KubeClient;
  readonly store: Store;
  /** @throws StoreError while the key of addresses is missing: nobody can get an address then */
  readonly tokenKeys: () => Promise<TokenKeys>;
  readonly events: EventRecorder;
  readonly failpoint: (name: ProjectionFailpoint) => Promise<void> | void;
}

/** `nothing`: the ledger entitles to nothing, so there is nothing to show. */
export type ProjectionOutcome = 'applied' | 'retired' | 'nothing';

/** Only a customer who buys without end could do that. */
const mostRounds = 10;

/**
 * Carries one subscription from the ledger into the cluster. Absolute and repeatable: any number of replicas may do it at
 * a time, because a revision never falls and an older one is refused by the API server.
 */
export class Projector {
  readonly #options: ProjectorOptions;
  readonly #resources: ResourceWriter;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.#resources = new ResourceWriter(options.client);
  }

  /**
   * @throws ProjectionError, KubeError or StoreError; all of them are worth another try, because time, a person or another
   *   process can change what stands in the way
   */
  async project(subscriptionId: string): Promise<ProjectionOutcome> {
    const { store, failpoint } = this.#options;
    for (let round = 0; round < mostRounds; round += 1) {
      const projection = await readProjection(store, subscriptionId);
      await failpoint('projection.after-refold');
      if (projection === undefined) return 'nothing';
      if (projection.state.isRetired) await this.#retire(projection);
      else await this.#show(projection);
      // What was bought meanwhile would otherwise wait for the next sweep.
      if (isSame(await projectionState(store, subscriptionId), projection.state)) {
        await failpoint('projection.before-finish');
        return projection.state.isRetired ? 'retired' : 'applied';
      }
    }
    throw new ProjectionError('PROJECTION_RESTLESS', `subscription ${subscriptionId} does not come to rest`, {
      retry: 'later',
    });
  }

  async #show(projection: Projection): Promise<void> {
    const { store, tokenKeys, failpoint } = this.#options;
    const { namespace, name, shop, subscriptionId: id } = projection;
    await ensureSubscriptions(store, [{ namespace, name, shop, id, source: 'ledger' }], await tokenKeys());
    const before = await this.#resources.find(projection);
    if (before?.metadata.deletionTimestamp !== undefined) throw terminating(projection);
    if (before !== undefined && (await this.#isOvertaken(projection, before))) return;
    await failpoint('projection.before-apply');
    const applied = await this.#resources.apply(projection);
    await failpoint('projection.after-apply');
    // It may have been deleted in between.
    if (applied.metadata.deletionTimestamp !== undefined) throw terminating(projection);
    await this.#resources.raiseGeneration(projection, applied);
    if (before !== undefined) this.#tellOverride(projection, before);
  }

  async #retire(projection: Projection): Promise<void> {
    if (!(await this.#resources.remove(projection))) throw terminating(projection);
    await revokeRetired(this.#options.store, projection.subscriptionId);
  }

  /** @returns whether the cluster was ahead: then the next round has a newer revision */
  async #isOvertaken({ subscriptionId, state, name }: Projection, { spec }: VPNSubscription): Promise<boolean> {
    const shown = spec.entitlementRevision ?? 0;
    if (shown <= state.revision) return false;
    if (!Number.isSafeInteger(shown + 1)) {
      throw new ProjectionError(
        'PROJECTION_REVISION',
        `vpnsubscription ${name} shows revision ${String(shown)}, which somebody wrote by hand: delete the resource, it comes back by itself`,
        { retry: 'later' },
      );
    }
    await overtakeRevision(this.#options.store, subscriptionId, shown);
    return true;
  }

  #tellOverride({ entitlement, state, name }: Projection, before: VPNSubscription): void {
    if (projectedRevision(before.metadata) === undefined || !isOverridden(before.metadata)) return;
    const spec = projectedSpec(entitlement, state.revision);
    const theirs = new Set(overriddenFields(before.metadata, spec));
    const restored = differingFields(before.spec, spec).filter((field) => theirs.has(field));
    if (restored.length === 0) return;
    this.#options.events.record({
      object: before,
      type: 'Warning',
      reason: 'EntitlementOverridden',
      message:
        `${restored.join(', ')} had been changed by hand; the ledger decides over that and has put it back. ` +
        `Use "wayleave ledger grant ${name}", "wayleave ledger revoke ${name}" or spec.suspended instead.`,
    });
  }
}

function isSame(now: ProjectionState | undefined, projected: ProjectionState): boolean {
  return (
    now?.revision === projected.revision &&
    now.generation === projected.generation &&
    now.isRetired === projected.isRetired
  );
}

function terminating({ namespace, name }: Projection): ProjectionError {
  const message = `vpnsubscription ${namespace}/${name} is being deleted: it is made anew when it is gone`;
  return new ProjectionError('PROJECTION_TERMINATING', message, { retry: 'later' });
}
