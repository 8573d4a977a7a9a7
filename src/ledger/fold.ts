import type { GrantEntry, LedgerEntry, ReversalEntry } from './entry.ts';
import { LedgerError } from './errors.ts';
import type { PlanTerms } from './terms.ts';

/** The time that one grant owns. Empty (`endsAt` = `startsAt`) when all of it was reversed before it began. */
export interface Segment {
  /** Id of the grant. */
  readonly grantId: string;
  /** Epoch seconds. */
  readonly startsAt: number;
  /** Epoch seconds, exclusive. */
  readonly endsAt: number;
  readonly terms: PlanTerms;
}

/** What a subscription's entries come to at one moment. */
export interface Entitlement {
  /** Epoch seconds; of a subscription without any time left, when it ended. */
  readonly expiresAt: number;
  /** `denied` while a hold is open. */
  readonly access: 'granted' | 'denied';
  /** Of the segment that runs, else of the last that ran. */
  readonly terms: PlanTerms;
  /** Epoch seconds at which another segment, with other terms, takes over. */
  readonly changesAt: number | undefined;
}

interface Running {
  readonly grant: GrantEntry;
  startsAt: number;
  endsAt: number;
  /** Minor units refunded so far, and the seconds taken for them. */
  refundedMinor: bigint;
  takenSeconds: number;
}

/**
 * Folds a subscription's ledger into the segments of time that it paid for.
 *
 * Each grant owns one segment, which starts at the later of the running end and the grant's own time, so time that passed
 * unpaid is never billed. A reversal removes what is left of its own segment only; later segments close up. A trial takes
 * the limits of the purchase that follows it.
 *
 * @param entries one subscription's entries in `sequence` order
 * @returns segments in order; empty when nothing was ever granted
 * @throws LedgerError LEDGER_FOREIGN_ENTRY if an entry belongs to another subscription, LEDGER_ORDER if they are out of
 *   order, LEDGER_TARGET_UNKNOWN if a reversal reverses no grant before it
 */
export function foldEntitlement(entries: readonly LedgerEntry[]): readonly Segment[] {
  checkOrder(entries);
  const segments: Running[] = [];
  for (const entry of entries) {
    if (entry.kind === 'grant') {
      const startsAt = Math.max(segments.at(-1)?.endsAt ?? entry.at, entry.at);
      const endsAt = startsAt + entry.lengthSeconds;
      segments.push({ grant: entry, startsAt, endsAt, refundedMinor: 0n, takenSeconds: 0 });
    } else if (entry.kind === 'reversal') {
      reverse(segments, entry);
    }
  }
  return segments.map(({ grant, startsAt, endsAt }, index) => ({
    grantId: grant.id,
    startsAt,
    endsAt,
    terms: grant.source === 'trial' ? termsOfTrial(grant, segments.slice(index + 1)) : grant.terms,
  }));
}

/**
 * @param now epoch seconds
 * @returns undefined when nothing was ever granted
 */
export function entitlementAt(entries: readonly LedgerEntry[], now: number): Entitlement | undefined {
  const segments = foldEntitlement(entries);
  const last = segments.at(-1);
  if (last === undefined) return undefined;
  const alive = segments.filter(({ startsAt, endsAt }) => endsAt > startsAt);
  const running = alive.find(({ endsAt }) => endsAt > now) ?? alive.at(-1) ?? last;
  const next = alive[alive.indexOf(running) + 1];
  return {
    expiresAt: last.endsAt,
    access: isHeld(entries) ? 'denied' : 'granted',
    terms: running.terms,
    changesAt: next !== undefined && running.endsAt > now ? running.endsAt : undefined,
  };
}

function isHeld(entries: readonly LedgerEntry[]): boolean {
  const released = new Set(entries.flatMap((entry) => (entry.kind === 'release' ? [entry.target] : [])));
  return entries.some((entry) => entry.kind === 'hold' && !released.has(entry.id));
}

function reverse(segments: readonly Running[], entry: ReversalEntry): void {
  const index = segments.findIndex(({ grant }) => grant.id === entry.target);
  const own = segments[index];
  if (own === undefined) {
    throw new LedgerError(
      'LEDGER_TARGET_UNKNOWN',
      `entry ${String(entry.sequence)} of ${entry.subscriptionId} reverses ${entry.target}, which no grant before it is`,
      { retry: 'never' },
    );
  }
  const left = Math.max(0, own.endsAt - Math.max(own.startsAt, entry.at));
  const taken = Math.min(left, secondsOf(own, entry));
  own.endsAt -= taken;
  own.takenSeconds += taken;
  // What follows closes up. Where it does not touch this segment, this one is over and nothing was taken.
  for (const later of segments.slice(index + 1)) {
    later.startsAt -= taken;
    later.endsAt -= taken;
  }
}

/** Rounded on the sum, so that many small refunds take as much as one large. */
function secondsOf(own: Running, { part }: ReversalEntry): number {
  if (part === undefined) return Infinity;
  own.refundedMinor += part.refundedMinor;
  if (own.refundedMinor >= part.paidMinor) return Infinity;
  return Math.max(0, Number((BigInt(own.grant.lengthSeconds) * own.refundedMinor) / part.paidMinor) - own.takenSeconds);
}

function termsOfTrial(trial: GrantEntry, later: readonly Running[]): PlanTerms {
  const purchase = later.find(({ grant, startsAt, endsAt }) => grant.source !== 'compensation' && endsAt > startsAt);
  return purchase?.grant.terms ?? trial.terms;
}

function checkOrder(entries: readonly LedgerEntry[]): void {
  for (const [index, entry] of entries.entries()) {
    const before = entries[index - 1];
    if (before === undefined) continue;
    if (entry.subscriptionId !== before.subscriptionId) {
      throw new LedgerError(
        'LEDGER_FOREIGN_ENTRY',
        `entry ${entry.id} belongs to ${entry.subscriptionId}, not to ${before.subscriptionId}`,
        { retry: 'never' },
      );
    }
    if (entry.sequence <= before.sequence || entry.at < before.at) {
      throw new LedgerError(
        'LEDGER_ORDER',
        `entry ${String(entry.sequence)} of ${entry.subscriptionId} comes before ${String(before.sequence)}`,
        { retry: 'never' },
      );
    }
  }
}
