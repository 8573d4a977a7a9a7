import { FINALIZER, vpnSubscriptions, type VPNPlan, type VPNSubscription } from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import {
  addFinalizer,
  done,
  removeFinalizer,
  requeueAfter,
  splitKey,
  type EventRecorder,
  type KubeClient,
  type ObjectCache,
  type Outcome,
} from '../../kube/index.ts';
import type { Book, BookEntry } from '../book.ts';
import type { Failpoint } from '../failpoints.ts';
import type { PanelDirectory } from '../panel/directory.ts';
import type { SubscriptionRecords } from './records.ts';
import type { WallClockTimer } from '../wall-clock-timer.ts';
import { tokenKeyProblem, type ConnectionSecrets, type WrittenSecret } from './connection-secret.ts';
import { judgeAccess, type Access } from './desired.ts';
import { effectiveSpec, expiryMs, type EffectiveSpec } from './effective-spec.ts';
import { recallDeletion, recordDeletion } from './finalize.ts';
import { SubscriptionPanels, type Deliveries } from './panels-of.ts';
import { StatusPublisher } from './publisher.ts';
import type { Delivery, SubscriptionView } from './status.ts';
import { nextResetAtMs, periodStartMs } from './traffic-reset.ts';

export interface SubscriptionReconcilerOptions {
  readonly client: KubeClient;
  readonly subscriptions: ObjectCache<VPNSubscription>;
  readonly plans: ObjectCache<VPNPlan>;
  readonly directory: PanelDirectory;
  readonly book: Book;
  readonly records: SubscriptionRecords;
  readonly timer: WallClockTimer;
  readonly connectionSecrets: ConnectionSecrets;
  readonly events: EventRecorder;
  readonly clock: Clock;
  readonly log: Log;
  readonly failpoint: Failpoint;
}

/** What the last reconcile looked at; while nothing of it changes and nothing falls due there is nothing to do. */
interface Memo {
  readonly inputs: string;
  /** By the wall clock; one that was set back since makes the answer doubtful. */
  readonly fromMs: number;
  readonly dueAtMs: number;
}

/** Wall clocks are corrected by fractions of a second all the time. */
const clockToleranceMs = 1000;
/** A person is restoring it. */
const keyRetryMs = 15_000;

/** Makes panels and Postgres agree with one VPNSubscription, and tells how far that is. */
export class SubscriptionReconciler {
  readonly #options: SubscriptionReconcilerOptions;
  readonly #panels: SubscriptionPanels;
  readonly #publisher: StatusPublisher;
  readonly #memos = new Map<string, Memo>();
  readonly #invalidations = new Map<string, number>();

  constructor(options: SubscriptionReconcilerOptions) {
    this.#options = options;
    this.#panels = new SubscriptionPanels(options);
    this.#publisher = new StatusPublisher(options);
  }

  /** Something happened that is in none of the objects: a delivery succeeded or failed. */
  invalidate(key: string): void {
    this.#invalidations.set(key, (this.#invalidations.get(key) ?? 0) + 1);
  }

  reconcile(key: string): Outcome | Promise<Outcome> {
    const subscription = this.#options.subscriptions.get(key);
    if (subscription === undefined) {
      this.#forget(key);
      return done;
    }
    const memo = this.#memos.get(key);
    const nowMs = this.#options.clock.now();
    const isDue = memo === undefined || memo.dueAtMs <= nowMs || nowMs < memo.fromMs - clockToleranceMs;
    if (!isDue && memo.inputs === this.#inputs(key, subscription)) return done;
    if (subscription.metadata.deletionTimestamp !== undefined) return this.#finalize(key, subscription);
    return this.#converge(key, subscription);
  }

  #inputs(key: string, subscription: VPNSubscription): string {
    const { metadata } = subscription;
    const parts = [
      metadata.resourceVersion,
      this.#planOf(subscription)?.metadata.generation,
      this.#options.directory.revision(metadata.namespace ?? ''),
      this.#options.book.get(key)?.revision,
      this.#invalidations.get(key),
    ];
    return parts.join('|');
  }

  #planOf({ metadata, spec }: VPNSubscription): VPNPlan | undefined {
    if (spec.planRef === undefined) return undefined;
    return this.#options.plans.get(`${metadata.namespace ?? ''}/${spec.planRef.name}`);
  }

  #forget(key: string): void {
    this.#memos.delete(key);
    this.#invalidations.delete(key);
    this.#publisher.forget(key);
    this.#options.connectionSecrets.forget(key);
    this.#options.timer.set(key, undefined);
  }

  async #converge(key: string, observed: VPNSubscription): Promise<Outcome> {
    const subscription = await this.#withFinalizer(observed);
    let entry: BookEntry;
    try {
      entry = await this.#identify(key, subscription);
    } catch (thrown) {
      return this.#showMissingKey(key, subscription, thrown);
    }
    const spec = effectiveSpec(subscription, this.#planOf(subscription));
    if (spec !== undefined && !subscription.spec.paused) entry = await this.#declare(entry, subscription, spec);
    // Whatever changes from here on puts the key back into the queue.
    const inputs = this.#inputs(key, observed);
    const fromMs = this.#options.clock.now();
    const { outcome, dueAtMs } = await this.#settle(key, subscription, entry, spec, fromMs);
    this.#options.timer.set(key, dueAtMs === Infinity ? undefined : dueAtMs);
    const isSettled = outcome.kind === 'done' && subscription === observed && this.#inputs(key, observed) === inputs;
    if (isSettled) this.#memos.set(key, { inputs, fromMs, dueAtMs });
    return outcome;
  }

  /** @returns also when time alone makes another answer, in epoch milliseconds; Infinity for never */
  async #settle(
    key: string,
    subscription: VPNSubscription,
    declared: BookEntry,
    spec: EffectiveSpec | undefined,
    nowMs: number,
  ): Promise<{ outcome: Outcome; dueAtMs: number }> {
    const { records } = this.#options;
    const { suspended, entitlementAccess, expiresAt, paused } = subscription.spec;
    const limits = {
      limitBytes: spec === undefined ? records.knownLimit(declared) : spec.limitBytes,
      expiresAtMs: expiryMs(expiresAt),
    };
    const denied = entitlementAccess === 'Denied';
    const access = judgeAccess({ suspended, denied, usedBytes: declared.usedBytes, ...limits }, nowMs);
    if (paused) {
      const outcome = await this.#publisher.show(key, subscription, pausedView(subscription, declared, access));
      return { outcome, dueAtMs: Infinity };
    }
    const state = {
      ...declared.record.state,
      suspended,
      limited: access.limited,
      ...(spec === undefined ? {} : { trafficReset: spec.trafficReset }),
    };
    const stated = await records.writeState(declared, state);
    await records.noteTraffic(stated, limits.limitBytes);
    const context = { key, subscription, entry: stated, limits, access, nowMs };
    const { deliveries, nowhere, nextDueAtMs } = await this.#panels.deliver(context, spec);
    const minPanels = spec?.minPanels ?? 1;
    const panelsWanted = deliveries.filter((delivery) => delivery.state !== 'Removing').length;
    const entry = await records.writeState(stated, { ...state, panelsWanted });
    await this.#noteProvisioned(entry, deliveries, minPanels);
    const secret = await this.#writeConnectionSecret(key, subscription, entry);
    const problem = problemOf(subscription, spec, { deliveries, nowhere }) ?? secret.problem;
    const view = { subscriptionId: entry.record.id, access, deliveries, minPanels, problem };
    const outcome = await this.#publisher.show(key, subscription, view);
    const endsAtMs = access.expired ? Infinity : (limits.expiresAtMs ?? Infinity);
    const nextPeriodMs = nextResetAtMs(spec?.trafficReset ?? 'Never', nowMs);
    return { outcome, dueAtMs: Math.min(nextDueAtMs, endsAtMs, nextPeriodMs, secret.nextLookMs) };
  }

  async #withFinalizer(subscription: VPNSubscription): Promise<VPNSubscription> {
    if (subscription.metadata.finalizers?.includes(FINALIZER) === true) return subscription;
    const kept = await addFinalizer(this.#options.client, vpnSubscriptions, subscription, FINALIZER);
    await this.#options.failpoint('subscription.after-finalizer');
    return kept;
  }

  /** Identity, an address, and the keys of the wanted generation. */
  async #identify(key: string, subscription: VPNSubscription): Promise<BookEntry> {
    const { book, records, directory, failpoint } = this.#options;
    const { credentialsGeneration, entitlementRevision = 0 } = subscription.spec;
    let entry = book.get(key);
    if (entry === undefined || entry.record.deletedAtMs !== undefined) {
      entry = await records.ensure(splitKey(key));
      await failpoint('subscription.after-identity');
      await recallDeletion(directory, subscription.metadata.namespace ?? '', entry);
    }
    const { source, entitlement } = entry.record;
    if (source === 'ledger' && entitlementRevision > (entitlement?.revision ?? 0)) entry = await records.reread(entry);
    if (!entry.record.generations.some(({ generation }) => generation >= credentialsGeneration)) {
      entry = await records.ensureGeneration(entry, credentialsGeneration);
      await failpoint('subscription.after-keys');
    }
    return entry;
  }

  /** Without the token key nobody new can get an address, and only his own resource can tell that. */
  async #showMissingKey(key: string, subscription: VPNSubscription, thrown: unknown): Promise<Outcome> {
    const problem = tokenKeyProblem(thrown);
    if (problem === undefined) throw thrown;
    const access = { enabled: false, reason: 'Ready', expired: false, limited: false } as const;
    const subscriptionId = this.#options.book.get(key)?.record.id;
    await this.#publisher.show(key, subscription, { subscriptionId, access, deliveries: [], minPanels: 1, problem });
    return requeueAfter(keyRetryMs);
  }

  async #declare(entry: BookEntry, subscription: VPNSubscription, spec: EffectiveSpec): Promise<BookEntry> {
    const { records, clock, failpoint } = this.#options;
    const declared = await records.declare(entry, subscription, spec, periodStartMs(clock.now()));
    await failpoint('subscription.after-entitlement');
    return declared;
  }

  async #noteProvisioned(entry: BookEntry, deliveries: readonly Delivery[], minPanels: number): Promise<void> {
    const confirmed = deliveries.filter(({ state }) => state === 'Confirmed').length;
    if (confirmed < minPanels) return;
    const revision = await this.#options.records.provisioned(entry);
    if (revision === undefined) return;
    const { id: subscriptionId, namespace, name } = entry.record;
    const fields = { subscriptionId, subscription: `${namespace}/${name}`, revision, panels: confirmed };
    this.#options.log.info(fields, 'enough panels hold what a subscription is entitled to');
  }

  async #writeConnectionSecret(key: string, subscription: VPNSubscription, entry: BookEntry): Promise<WrittenSecret> {
    if (!subscription.spec.writeConnectionSecret) return { problem: undefined, nextLookMs: Infinity };
    return this.#options.connectionSecrets.write(key, subscription, entry);
  }

  async #finalize(key: string, subscription: VPNSubscription): Promise<Outcome> {
    if (subscription.metadata.finalizers?.includes(FINALIZER) !== true) return done;
    const entry = this.#options.book.get(key);
    if (entry !== undefined && entry.record.deletedAtMs === undefined) {
      await recordDeletion(this.#options, key, subscription, entry);
    }
    await removeFinalizer(this.#options.client, vpnSubscriptions, subscription, FINALIZER);
    this.#forget(key);
    return done;
  }
}

function pausedView(subscription: VPNSubscription, entry: BookEntry, access: Access): SubscriptionView {
  const deliveries = (subscription.status?.panels ?? []).map(({ name, state, generation, confirmedAt }) => ({
    panel: name,
    state,
    generation,
    confirmedAt: confirmedAt === undefined ? undefined : new Date(confirmedAt),
  }));
  const message = 'spec.paused is set: its clients are left as they are';
  return { subscriptionId: entry.record.id, access, deliveries, minPanels: 1, problem: { reason: 'Paused', message } };
}

function problemOf(
  { spec: { planRef } }: VPNSubscription,
  spec: EffectiveSpec | undefined,
  { deliveries, nowhere }: Pick<Deliveries, 'deliveries' | 'nowhere'>,
): SubscriptionView['problem'] {
  if (spec === undefined) {
    return {
      reason: 'PlanNotFound',
      message: `VPNPlan ${planRef?.name ?? ''} does not exist: what was delivered stays as it is; create the plan or set spec.panelSelector`,
    };
  }
  if (nowhere !== undefined) return nowhere;
  if (deliveries.every(({ state }) => state === 'Removing')) {
    return {
      reason: 'NoPanelSelected',
      message: 'no VPNPanel of this namespace matches and takes subscriptions: see kubectl get vpanel --show-labels',
    };
  }
  return undefined;
}
