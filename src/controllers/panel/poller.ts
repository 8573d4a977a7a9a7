import type { Clock, Random } from '../../base/clock.ts';
import type { ObservedClient, PanelDriver, PanelListing } from '../../panels/driver.ts';
import type { PanelRecords } from './records.ts';
import { compareListing } from './compare.ts';
import type { DeliveryQueue } from './delivery-queue.ts';
import type { RevocationDesk } from './revocation-desk.ts';

export type SeenClient = Pick<ObservedClient, 'email' | 'subscriptionId'>;

export interface UsageReading {
  readonly email: string;
  readonly subscriptionId: string;
  readonly upBytes: number;
  readonly downBytes: number;
  readonly lastOnlineMs: number;
}

export interface PanelPollerOptions {
  readonly records: PanelRecords;
  readonly deliveries: DeliveryQueue;
  readonly revocations: RevocationDesk;
  readonly clock: Clock;
  readonly random: Random;
  readonly hooks: PanelPollerHooks;
}

export interface PanelPollerHooks {
  changed(): void;
  /** Is there a resource for it? */
  claims(subscriptionId: string): boolean;
  drifted(emails: readonly string[]): void;
  usage(readings: readonly UsageReading[]): Promise<void>;
  /** Marked clients of live subscriptions that nobody here has asked for. */
  seen(clients: readonly SeenClient[]): Promise<void>;
  /** Marked clients of subscriptions that have no resource. */
  unclaimed(clients: readonly SeenClient[]): Promise<void>;
}

/** A poll may take this share of wall time at most, so a slow panel is polled less often. */
const pollShare = 0.02;

/** Compares what the panel holds with what it must hold, and reads its counters: facts flow up, never down. */
export class PanelPoller {
  readonly #options: PanelPollerOptions;
  readonly #counters = new Map<string, string>();
  #dueMs = 0;
  #foreign = 0;
  #unclaimed = 0;
  #drifted = 0;

  constructor(options: PanelPollerOptions) {
    this.#options = options;
  }

  get dueMs(): number {
    return this.#dueMs;
  }

  get counts(): { readonly foreign: number; readonly unclaimed: number; readonly drifted: number } {
    return { foreign: this.#foreign, unclaimed: this.#unclaimed, drifted: this.#drifted };
  }

  pollNow(): void {
    this.#dueMs = 0;
  }

  /**
   * @param repairs whether what differs is put back, or only reported
   * @throws PanelError when the panel does not answer
   */
  async poll(driver: PanelDriver, intervalMs: number, repairs: boolean, signal: AbortSignal): Promise<void> {
    const { clock, random, deliveries, hooks } = this.#options;
    const startedMs = clock.monotonic();
    const listing = await driver.list({ signal });
    if (signal.aborted) return;
    const { drifted, unclaimed } = this.#compare(driver, listing);
    this.#foreign = listing.foreign;
    this.#unclaimed = unclaimed.length;
    this.#drifted = drifted.length;
    if (drifted.length > 0) hooks.drifted(drifted);
    if (repairs) for (const email of drifted) deliveries.repair(email);
    await this.#adoptUnknown(listing);
    if (unclaimed.length > 0) await hooks.unclaimed(unclaimed);
    await this.#readUsage(driver, listing, signal);
    const tookMs = clock.monotonic() - startedMs;
    this.#dueMs = clock.monotonic() + Math.max(intervalMs, tookMs / pollShare) * (0.9 + 0.2 * random());
    hooks.changed();
  }

  #compare(driver: PanelDriver, listing: PanelListing): ReturnType<typeof compareListing> {
    const { deliveries, revocations, hooks } = this.#options;
    // What is being delivered is not drift.
    const settled = [...deliveries.entries()]
      .map(({ desired }) => desired)
      .filter(({ email }) => !deliveries.isPending(email));
    return compareListing(
      settled,
      listing,
      (desired) => driver.fingerprint(desired),
      ({ email, subscriptionId }) => revocations.has(email) || hooks.claims(subscriptionId),
    );
  }

  async #adoptUnknown(listing: PanelListing): Promise<void> {
    const { records, deliveries, revocations, hooks } = this.#options;
    const unknown = [...listing.clients.values()].filter(
      ({ email, subscriptionId }) =>
        deliveries.get(email) === undefined &&
        !revocations.has(email) &&
        !records.holds(subscriptionId, email) &&
        hooks.claims(subscriptionId),
    );
    if (unknown.length > 0) await hooks.seen(unknown);
  }

  async #readUsage(driver: PanelDriver, listing: PanelListing, signal: AbortSignal): Promise<void> {
    const changed: UsageReading[] = [];
    const counters = new Map<string, string>();
    for (const [email, usage] of listing.usage ?? (await driver.usage({ signal }))) {
      const subscriptionId = listing.clients.get(email)?.subscriptionId;
      if (subscriptionId === undefined) continue;
      const counter = `${String(usage.upBytes)}/${String(usage.downBytes)}/${String(usage.lastOnlineMs)}`;
      if (this.#counters.get(email) === counter) continue;
      counters.set(email, counter);
      changed.push({ email, subscriptionId, ...usage });
    }
    // Readings must be recorded in the order in which they were taken: whoever leads now has newer ones.
    if (changed.length === 0 || signal.aborted) return;
    await this.#options.hooks.usage(changed);
    for (const [email, counter] of counters) this.#counters.set(email, counter);
  }
}
