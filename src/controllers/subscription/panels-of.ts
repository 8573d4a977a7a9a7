import { matchesSelector } from '../../api/index.ts';
import type { Book, BookEntry } from '../book.ts';
import type { Failpoint } from '../failpoints.ts';
import type { PanelDirectory, PanelHandle } from '../panel/directory.ts';
import type { RevocationReason } from '../panel/revocation-guard.ts';
import type { SubscriptionRecords } from './records.ts';
import { closureOf, whyNowhere } from './closures.ts';
import { callBack, currentGeneration, deliverTo, type DeliveryContext } from './deliver.ts';
import { choosePanels, clientEmail, type PanelCandidate } from './desired.ts';
import type { EffectiveSpec } from './effective-spec.ts';
import type { Delivery, SubscriptionView } from './status.ts';

export interface SubscriptionPanelsOptions {
  readonly directory: PanelDirectory;
  readonly book: Book;
  readonly records: SubscriptionRecords;
  readonly failpoint: Failpoint;
}

export interface Deliveries {
  readonly deliveries: readonly Delivery[];
  /** Panels match, and none of them takes it. */
  readonly nowhere: SubscriptionView['problem'];
  /** Epoch milliseconds at which old keys have outlived themselves somewhere; Infinity for never. */
  readonly nextDueAtMs: number;
}

/** Puts a subscription on the panels that are chosen for it, and takes it off the others by recorded decisions. */
export class SubscriptionPanels {
  readonly #options: SubscriptionPanelsOptions;

  constructor(options: SubscriptionPanelsOptions) {
    this.#options = options;
  }

  /** @param spec undefined when its plan is gone: then it stays where it is, for a deleted plan changes no customer */
  async deliver(context: DeliveryContext, spec: EffectiveSpec | undefined): Promise<Deliveries> {
    const { subscription, entry, access } = context;
    const handles = this.#options.directory.inNamespace(subscription.metadata.namespace ?? '');
    const { names: chosen, nowhere } = this.#choose(handles, entry, spec);
    const wanted = handles.filter(({ name }) => chosen.has(name));
    const current = clientEmail(entry.record.shortId, currentGeneration(context));
    // Without an await for whoever is new here: the next one to choose must see this one's place taken.
    for (const { loop } of wanted) if (loop.revocations.has(current)) await loop.revocations.withdraw(current);
    const plans = wanted.map((handle) => ({ handle, ...deliverTo(handle, context) }));
    const deliveries = plans.map(({ delivery }) => delivery);
    let nextDueAtMs = Infinity;
    for (const { handle, outlived, nextOutlivedAtMs = Infinity } of plans) {
      nextDueAtMs = Math.min(nextDueAtMs, nextOutlivedAtMs);
      await this.#revoke(handle, context, outlived, 'KeysRotated');
    }
    const confirmed = deliveries.filter(({ state }) => state === 'Confirmed').length;
    const worksElsewhere = confirmed > 0 && confirmed >= Math.min(spec?.minPanels ?? 1, deliveries.length);
    for (const handle of handles.filter(({ name }) => !chosen.has(name))) {
      const leaving = await this.#leave(handle, context, spec, worksElsewhere || !access.enabled);
      if (leaving !== undefined) deliveries.push(leaving);
    }
    return { deliveries, nowhere, nextDueAtMs };
  }

  #choose(
    handles: readonly PanelHandle[],
    entry: BookEntry,
    spec: EffectiveSpec | undefined,
  ): { readonly names: ReadonlySet<string>; readonly nowhere: SubscriptionView['problem'] } {
    const current = new Set<string>();
    for (const { loop, name } of handles) {
      if (entry.clients.has(loop.panelId) || isDesired(loop, entry)) current.add(name);
    }
    if (spec === undefined) return { names: current, nowhere: undefined };
    const selected = handles.filter(({ resource }) => matchesSelector(spec.panelSelector, resource.metadata.labels));
    const candidates = selected.map((handle) => this.#candidate(handle));
    const names = new Set(choosePanels(candidates, current, spec.maxPanels));
    const isNowhere = names.size === 0 && candidates.some(({ keeps }) => keeps);
    return { names, nowhere: isNowhere ? whyNowhere(candidates) : undefined };
  }

  #candidate({ name, resource, loop }: PanelHandle): PanelCandidate {
    const clients = Math.max(this.#options.book.clientsOn(loop.panelId), loop.deliveries.size);
    const keeps = resource.metadata.deletionTimestamp === undefined && resource.spec.scheduling !== 'Draining';
    const { duplicateOf, failure } = loop.facts;
    const closure = closureOf(resource, { clients, isDuplicate: duplicateOf !== undefined });
    return { name, keeps, closure, ready: failure === undefined, clients };
  }

  /** A panel that is not (or no longer) chosen: its client goes by a recorded decision, or stays until it may. */
  async #leave(
    handle: PanelHandle,
    context: DeliveryContext,
    spec: EffectiveSpec | undefined,
    mayGo: boolean,
  ): Promise<Delivery | undefined> {
    const { loop, name, resource } = handle;
    const onPanel = context.entry.clients.get(loop.panelId);
    if (onPanel === undefined) {
      callBack(loop, context.entry);
      return undefined;
    }
    const generation = Math.max(...onPanel.keys());
    const confirmedAt = new Date(onPanel.get(generation)?.confirmedAtMs ?? 0);
    const delivery: Delivery = { panel: name, state: 'Removing', generation, confirmedAt, reason: 'Deselected' };
    // The panel's own deletion decides about its clients.
    if (resource.metadata.deletionTimestamp !== undefined) return delivery;
    const drains =
      resource.spec.scheduling === 'Draining' && matchesSelector(spec?.panelSelector, resource.metadata.labels);
    if (drains && !mayGo) {
      // Until it works elsewhere it works here, and what is decided meanwhile holds here too.
      return { ...deliverTo(handle, context).delivery, state: 'Removing', reason: 'Deselected' };
    }
    await this.#revoke(handle, context, [...onPanel.keys()], drains ? 'PanelDraining' : 'Deselected');
    return delivery;
  }

  async #revoke(
    { loop, name }: PanelHandle,
    { key, entry }: DeliveryContext,
    generations: readonly number[],
    reason: RevocationReason,
  ): Promise<void> {
    const { id, shortId } = entry.record;
    const batch = generations
      .map((generation) => ({ generation, email: clientEmail(shortId, generation) }))
      .filter(({ email }) => !loop.revocations.has(email))
      .map((one) => ({
        ...one,
        panelId: loop.panelId,
        subscriptionId: id,
        reason,
        decidedBy: `subscription ${key}, panel ${name}`,
      }));
    if (batch.length === 0) return;
    const rows = await this.#options.records.revoke(batch);
    await this.#options.failpoint('revocation.after-record');
    for (const row of rows) {
      loop.deliveries.forget(row.email);
      loop.revocations.add(row);
    }
    loop.wake();
  }
}

function isDesired(loop: PanelHandle['loop'], { record }: BookEntry): boolean {
  return record.generations.some(
    ({ generation }) => loop.deliveries.get(clientEmail(record.shortId, generation)) !== undefined,
  );
}
