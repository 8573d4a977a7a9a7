import type { VPNSubscription } from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import {
  addRevocations,
  aliveTokens,
  ensureGeneration,
  ensureSubscriptions,
  findSubscriptions,
  markDeleted,
  markProvisioned,
  markTraffic,
  openRevocationsOf,
  recordUsage,
  resetUsage,
  usageBaselines,
  usageTotals,
  writeEntitlements,
  writeStates,
  type DeclaredEntitlement,
  type EntitlementRecord,
  type OpenRevocation,
  type Revocation,
  StoreError,
  type Store,
  type SubscriptionRecord,
  type SubscriptionState,
  type TokenKeys,
  type TokenRecord,
  trafficPercents,
  type UsageBaseline,
  type UsageReading,
  type UsageTotal,
} from '../../store/index.ts';
import { Batcher } from '../batcher.ts';
import { isSameJson } from '../same-json.ts';
import type { Book, BookEntry } from '../book.ts';
import type { EffectiveSpec } from './effective-spec.ts';

const batchSize = 500;

/** What the operator writes to Postgres about subscriptions: many at a time, and only what differs. */
export class SubscriptionRecords {
  readonly #store: Store;
  readonly #book: Book;
  readonly #tokenKeys: () => Promise<TokenKeys>;
  readonly #ensure: Batcher<{ namespace: string; name: string }, BookEntry>;
  readonly #entitlements: Batcher<DeclaredEntitlement, number | undefined>;
  readonly #states: Batcher<SubscriptionState & { readonly subscriptionId: string }, undefined>;
  readonly #provisioned: Batcher<{ subscriptionId: string; revision: number }, undefined>;
  readonly #addresses: Batcher<string, TokenRecord | undefined>;
  readonly #trafficMarks: Batcher<string, undefined>;
  /** By subscription: the highest mark that is on record, and of which period. */
  readonly #marked = new Map<string, { readonly percent: number; readonly sinceMs: number }>();
  readonly #clock: Clock;
  readonly #usageChanged: (subscription: string) => void;

  /** @param usageChanged called with `namespace/name` when traffic may decide about access */
  constructor(
    store: Store,
    book: Book,
    tokenKeys: () => Promise<TokenKeys>,
    clock: Clock,
    usageChanged: (subscription: string) => void,
  ) {
    this.#store = store;
    this.#book = book;
    this.#tokenKeys = tokenKeys;
    this.#clock = clock;
    this.#usageChanged = usageChanged;
    this.#ensure = new Batcher(batchSize, async (batch) => {
      const wanted = batch.map((item) => ({ ...item, source: 'resource' as const }));
      return this.#takeOver(await ensureSubscriptions(store, wanted, await this.#tokenKeys()));
    });
    this.#entitlements = new Batcher(batchSize, async (batch) => {
      const { revisions } = await writeEntitlements(store, batch);
      return batch.map(({ subscriptionId }) => revisions.get(subscriptionId));
    });
    this.#states = new Batcher(batchSize, async (batch) => {
      await writeStates(store, batch);
      return batch.map(() => undefined);
    });
    this.#provisioned = new Batcher(batchSize, async (batch) => {
      await markProvisioned(store, batch);
      return batch.map(() => undefined);
    });
    this.#addresses = new Batcher(batchSize, async (batch) => {
      const alive = await aliveTokens(store, batch);
      return batch.map((id) => alive.get(id));
    });
    this.#trafficMarks = new Batcher(batchSize, async (batch) => {
      await markTraffic(store, batch);
      return batch.map(() => undefined);
    });
  }

  /** Gives it identity, first keys and an address, or the ones that it had before. */
  async ensure({ namespace = '', name }: { namespace?: string; name: string }): Promise<BookEntry> {
    return this.#ensure.add({ namespace, name });
  }

  /** What the ledger has changed since, which nobody tells us but the resource's new revision. */
  async reread(entry: BookEntry): Promise<BookEntry> {
    const [fresh] = await this.#takeOver(await findSubscriptions(this.#store, [entry.record.id]));
    return fresh ?? entry;
  }

  async #takeOver(records: readonly SubscriptionRecord[]): Promise<readonly BookEntry[]> {
    const ids = records.map(({ id }) => id);
    const [totals, baselines] = await Promise.all([usageTotals(this.#store, ids), usageBaselines(this.#store, ids)]);
    return records.map((record) => {
      const entry = this.#book.put(record);
      this.#book.setUsage(record.id, usageOf(totals.get(record.id), baselines.get(record.id)));
      return entry;
    });
  }

  /** Its address may have been replaced since, by whoever talks to customers. */
  async address({ record }: BookEntry): Promise<TokenRecord | undefined> {
    return this.#addresses.add(record.id);
  }

  async ensureGeneration(entry: BookEntry, generation: number): Promise<BookEntry> {
    const made = await ensureGeneration(this.#store, entry.record.id, generation);
    return this.#book.put({ ...entry.record, generations: [...entry.record.generations, made] });
  }

  /** The limit that was last written, for a subscription whose plan is gone. */
  knownLimit({ record }: BookEntry): bigint | undefined {
    return record.entitlement?.trafficLimitBytes;
  }

  /**
   * Writes what it is entitled to, where the ledger does not, and lets its traffic start from zero where that is due;
   * nothing of what is known already.
   *
   * @param periodStartMs first instant of the calendar month
   */
  async declare(
    entry: BookEntry,
    { spec: { entitlementAccess } }: VPNSubscription,
    spec: EffectiveSpec,
    periodStartMs: number,
  ): Promise<BookEntry> {
    const { record } = entry;
    if (spec.trafficReset === 'Monthly' && isMonthOver(entry, periodStartMs)) await this.#reset(entry, 'Monthly');
    if (record.source !== 'resource') return entry;
    const declared: DeclaredEntitlement = {
      subscriptionId: record.id,
      title: spec.title,
      expiresAtMs: spec.expiresAtMs,
      access: entitlementAccess === 'Denied' ? 'denied' : 'granted',
      trafficLimitBytes: spec.limitBytes,
      deviceLimit: spec.deviceLimit,
    };
    const before = record.entitlement;
    if (before !== undefined && isSameEntitlement(before, declared)) return entry;
    // Before the new end is written: a process that dies in between must find the renewal again.
    if (spec.trafficReset === 'Renewal' && isRenewal(before, declared)) await this.#reset(entry, 'Renewal');
    const revision = await this.#entitlements.add(declared);
    if (revision === undefined) {
      throw new StoreError(
        'STORE_NONSENSE',
        `the entitlement of ${record.namespace}/${record.name} was refused: by the database it belongs to the ledger, by our memory it does not`,
        { retry: 'later' },
      );
    }
    const { subscriptionId: _, ...values } = declared;
    const provisionedRevision = before?.provisionedRevision ?? 0;
    const entitlement = { ...values, source: 'resource' as const, revision, provisionedRevision };
    return this.#book.put({ ...record, entitlement });
  }

  /** Writes what is true of it now; nothing if that is known. */
  async writeState(entry: BookEntry, state: SubscriptionState): Promise<BookEntry> {
    const { record } = entry;
    if (isSameState(record.state, state)) return entry;
    await this.#states.add({ subscriptionId: record.id, ...state });
    return this.#book.put({ ...record, state });
  }

  /** Records that enough panels hold what its entitlement says now. @returns the revision; undefined if it was known */
  async provisioned({ record }: BookEntry): Promise<number | undefined> {
    const { entitlement } = record;
    if (entitlement === undefined || entitlement.provisionedRevision >= entitlement.revision) return undefined;
    await this.#provisioned.add({ subscriptionId: record.id, revision: entitlement.revision });
    this.#book.put({ ...record, entitlement: { ...entitlement, provisionedRevision: entitlement.revision } });
    return entitlement.revision;
  }

  async #reset(entry: BookEntry, reason: string): Promise<void> {
    const { id } = entry.record;
    await resetUsage(this.#store, id, reason);
    const total = (await usageTotals(this.#store, [id])).get(id);
    this.#book.setUsage(id, {
      usedBytes: total === undefined ? 0n : total.upBytes + total.downBytes,
      baselineBytes: entry.baselineBytes + entry.usedBytes,
      resetAtMs: this.#clock.now(),
    });
  }

  /** Keeps a panel's counters and tells whose traffic has a limit to reach. */
  async recordUsage(panelId: string, readings: readonly UsageReading[]): Promise<void> {
    const { changed } = await recordUsage(this.#store, panelId, readings);
    for (const [id, { upBytes, downBytes }] of await usageTotals(this.#store, changed)) {
      const entry = this.#book.byId(id);
      if (entry === undefined) continue;
      this.#book.setUsage(id, { ...entry, usedBytes: upBytes + downBytes });
      if (entry.record.entitlement?.trafficLimitBytes !== undefined) {
        this.#usageChanged(`${entry.record.namespace}/${entry.record.name}`);
      }
    }
  }

  /**
   * Records that a subscription that was bought has passed a mark of its traffic limit. Asked at every reconcile, because
   * whoever has used everything up moves no counter any more; what is on record is remembered and asks nobody.
   */
  async noteTraffic({ record, usedBytes, resetAtMs }: BookEntry, limitBytes: bigint | undefined): Promise<void> {
    if (limitBytes === undefined || record.source !== 'ledger') return;
    const percent = trafficPercents.findLast((mark) => usedBytes * 100n >= limitBytes * BigInt(mark));
    if (percent === undefined) return;
    const known = this.#marked.get(record.id);
    if (known !== undefined && known.percent >= percent && known.sinceMs === resetAtMs) return;
    await this.#trafficMarks.add(record.id);
    this.#marked.set(record.id, { percent, sinceMs: resetAtMs });
  }

  async revoke(batch: readonly Revocation[]): Promise<readonly OpenRevocation[]> {
    await addRevocations(this.#store, batch);
    const ids = new Set(batch.map(({ subscriptionId }) => subscriptionId));
    const open = await openRevocationsOf(this.#store, [...ids]);
    const wanted = new Set(batch.map(({ panelId, email }) => `${panelId} ${email}`));
    return open.filter(({ panelId, email }) => wanted.has(`${panelId} ${email}`));
  }

  /**
   * Turns it into a tombstone.
   *
   * @param extra clients that may be on panels although they were never confirmed there
   * @returns every client that must go, on any panel
   */
  async markDeleted(
    { record }: BookEntry,
    clients: 'revoke' | 'leave',
    decidedBy: string,
    extra: readonly Revocation[],
  ): Promise<readonly OpenRevocation[]> {
    if (extra.length > 0) await addRevocations(this.#store, extra);
    await markDeleted(this.#store, record.id, { clients, decidedBy });
    // Only what is complete is remembered as done: whatever fails above is done again.
    const open = clients === 'revoke' ? await openRevocationsOf(this.#store, [record.id]) : [];
    if (clients === 'leave') this.#book.forgetClients(record.id);
    this.#book.put({ ...record, deletedAtMs: this.#clock.now() });
    return open;
  }
}

/** What `Book.setUsage` takes. */
export function usageOf(
  total: UsageTotal | undefined,
  baseline: UsageBaseline | undefined,
): Pick<BookEntry, 'usedBytes' | 'baselineBytes' | 'resetAtMs'> {
  return {
    usedBytes: total === undefined ? 0n : total.upBytes + total.downBytes,
    baselineBytes: baseline?.bytes ?? 0n,
    resetAtMs: baseline?.resetAtMs ?? 0,
  };
}

/** What was used in the month in which it began counts in that month. */
function isMonthOver({ record, usedBytes, resetAtMs }: BookEntry, periodStartMs: number): boolean {
  return usedBytes > 0n && Math.max(resetAtMs, record.createdAtMs) < periodStartMs;
}

/** One that says nothing of resets is from before they were recorded, and nearly all of those have none. */
function isSameState(known: SubscriptionState, state: SubscriptionState): boolean {
  const isSameReset = (known.trafficReset ?? 'Never') === (state.trafficReset ?? 'Never');
  const isSameDelivery = known.panelsWanted === state.panelsWanted;
  return isSameReset && isSameDelivery && known.suspended === state.suspended && known.limited === state.limited;
}

function isSameEntitlement(known: EntitlementRecord, declared: DeclaredEntitlement): boolean {
  return (
    known.expiresAtMs === declared.expiresAtMs &&
    known.access === declared.access &&
    known.trafficLimitBytes === declared.trafficLimitBytes &&
    known.deviceLimit === declared.deviceLimit &&
    isSameJson(known.title, declared.title)
  );
}

function isRenewal(before: EntitlementRecord | undefined, declared: DeclaredEntitlement): boolean {
  return before?.expiresAtMs !== undefined && (declared.expiresAtMs ?? Infinity) > before.expiresAtMs;
}
