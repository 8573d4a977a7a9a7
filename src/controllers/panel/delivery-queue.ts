import type { Clock, Random } from '../../base/clock.ts';
import type { DesiredClient } from '../../panels/driver.ts';
import type { PanelError } from '../../panels/errors.ts';

/** `fresh`: somebody waits for it. `mass`: initial load, fan-out, repair of drift. */
export type Urgency = 'fresh' | 'mass';

export interface DesiredEntry {
  readonly desired: DesiredClient;
  readonly generation: number;
  /** `namespace/name` of the subscription, to tell it about the outcome. */
  readonly subscription: string;
  /** Of what is desired; equal to the confirmed one when nothing is to be done. */
  readonly hash: string;
}

interface Entry extends DesiredEntry {
  pending: Urgency | undefined;
  /** On the monotonic clock: since when the panel has not been as desired, whatever was desired since. Stale while nothing is. */
  pendingSinceMs: number;
  attempts: number;
  notBeforeMs: number;
  problem: PanelError | undefined;
}

const baseDelayMs = 1000;
const maxDelayMs = 300_000;

/**
 * What must still be delivered to one panel: absolute desired states, one per client. A newer state replaces an older
 * one that waits, fresh ones overtake mass work, and a failed one is tried again for ever, at most every five minutes.
 */
export class DeliveryQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #entries = new Map<string, Entry>();
  readonly #pending: Record<Urgency, Set<string>> = { fresh: new Set(), mass: new Set() };

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  get size(): number {
    return this.#entries.size;
  }

  get pending(): number {
    return this.#pending.fresh.size + this.#pending.mass.size;
  }

  /** How long the client has waited that has waited longest; 0 when nothing waits. */
  oldestSeconds(): number {
    const now = this.#clock.monotonic();
    let since = now;
    for (const urgency of ['fresh', 'mass'] as const) {
      for (const email of this.#pending[urgency])
        since = Math.min(since, this.#entries.get(email)?.pendingSinceMs ?? now);
    }
    return (now - since) / 1000;
  }

  get(email: string): DesiredEntry | undefined {
    return this.#entries.get(email);
  }

  entries(): IterableIterator<DesiredEntry> {
    return this.#entries.values();
  }

  problem(email: string): PanelError | undefined {
    return this.#entries.get(email)?.problem;
  }

  isPending(email: string): boolean {
    return this.#entries.get(email)?.pending !== undefined;
  }

  /** Says what a client must be. Nothing happens if that is already known, or already `confirmedHash`. */
  desire(next: DesiredEntry, urgency: Urgency, confirmedHash: string | undefined): void {
    const { email } = next.desired;
    const known = this.#entries.get(email);
    if (known?.hash === next.hash) {
      if (known.pending === 'mass' && urgency === 'fresh' && known.attempts === 0) this.#mark(known, 'fresh');
      return;
    }
    const now = this.#clock.monotonic();
    const pendingSinceMs = known?.pending === undefined ? now : known.pendingSinceMs;
    if (known !== undefined) this.#unmark(known);
    const entry: Entry = {
      ...next,
      pending: undefined,
      pendingSinceMs,
      attempts: 0,
      notBeforeMs: 0,
      problem: undefined,
    };
    this.#entries.set(email, entry);
    if (next.hash !== confirmedHash) this.#mark(entry, urgency);
  }

  /** The panel was seen to differ from what was confirmed. */
  repair(email: string): void {
    const entry = this.#entries.get(email);
    if (entry === undefined || entry.pending !== undefined) return;
    entry.pendingSinceMs = this.#clock.monotonic();
    this.#mark(entry, 'mass');
  }

  forget(email: string): void {
    const entry = this.#entries.get(email);
    if (entry === undefined) return;
    this.#unmark(entry);
    this.#entries.delete(email);
  }

  /** Up to `max` entries that are due, all fresh or all mass. They stay pending until `confirm` or `fail`. */
  take(max: number): readonly DesiredEntry[] {
    const now = this.#clock.monotonic();
    for (const urgency of ['fresh', 'mass'] as const) {
      const taken: DesiredEntry[] = [];
      for (const email of this.#pending[urgency]) {
        const entry = this.#entries.get(email);
        if (entry === undefined || entry.notBeforeMs > now) continue;
        taken.push(entry);
        if (taken.length >= max) break;
      }
      if (taken.length > 0) return taken;
    }
    return [];
  }

  /** Milliseconds until something is due; undefined when nothing waits. */
  dueInMs(): number | undefined {
    const now = this.#clock.monotonic();
    let soonest: number | undefined;
    for (const urgency of ['fresh', 'mass'] as const) {
      for (const email of this.#pending[urgency]) {
        const notBeforeMs = this.#entries.get(email)?.notBeforeMs ?? now;
        if (notBeforeMs <= now) return 0;
        if (soonest === undefined || notBeforeMs - now < soonest) soonest = notBeforeMs - now;
      }
    }
    return soonest;
  }

  /** The panel holds the state with this hash. Something newer that was desired meanwhile stays pending. */
  confirm(email: string, hash: string): void {
    const entry = this.#entries.get(email);
    if (entry === undefined || entry.hash !== hash) return;
    entry.attempts = 0;
    entry.problem = undefined;
    this.#unmark(entry);
  }

  /** Keeps it pending, later and later; what fails once is mass work from then on, so it cannot hold up the fresh. */
  fail(email: string, hash: string, error: PanelError): void {
    const entry = this.#entries.get(email);
    if (entry === undefined || entry.hash !== hash) return;
    const delayMs = Math.min(maxDelayMs, baseDelayMs * 2 ** Math.min(entry.attempts, 20));
    entry.attempts += 1;
    entry.problem = error;
    entry.notBeforeMs = this.#clock.monotonic() + delayMs * (0.8 + 0.4 * this.#random());
    this.#mark(entry, 'mass');
  }

  /** The panel answers again: nobody needs to wait any longer. */
  retryAll(): void {
    for (const email of this.#pending.mass) {
      const entry = this.#entries.get(email);
      if (entry !== undefined) entry.notBeforeMs = 0;
    }
  }

  #mark(entry: Entry, urgency: Urgency): void {
    this.#unmark(entry);
    entry.pending = urgency;
    this.#pending[urgency].add(entry.desired.email);
  }

  #unmark(entry: Entry): void {
    if (entry.pending !== undefined) this.#pending[entry.pending].delete(entry.desired.email);
    entry.pending = undefined;
  }
}
