import type { PlanTerms } from './terms.ts';

/** Why there is an entry, for people and for the books. */
export type EntrySource = 'charge' | 'trial' | 'admin' | 'compensation' | 'refund' | 'dispute' | 'ban' | 'renewal';

interface EntryBase {
  readonly id: string;
  readonly subscriptionId: string;
  /** From 1, without gaps, assigned under the subscription's row lock. */
  readonly sequence: number;
  /** Epoch seconds by Postgres' clock; never before the entry before. */
  readonly at: number;
  readonly source: EntrySource;
  /** What brought it about; unique within the subscription. */
  readonly cause: string;
  readonly author: string;
  readonly reason: string;
  readonly orderId: string | undefined;
}

/** Time that was bought or given, with the limits that go with it. */
export interface GrantEntry extends EntryBase {
  readonly kind: 'grant';
  readonly lengthSeconds: number;
  readonly terms: PlanTerms;
}

/** Takes what is left of a grant, or a part of it: as much of its length as was refunded of its price. */
export interface ReversalEntry extends EntryBase {
  readonly kind: 'reversal';
  /** Id of the grant. */
  readonly target: string;
  /** Absent: all of it. Several parts of one grant add up. */
  readonly part: { readonly refundedMinor: bigint; readonly paidMinor: bigint } | undefined;
}

/** Access is denied while any hold has no release; time runs on. */
export interface HoldEntry extends EntryBase {
  readonly kind: 'hold';
}

export interface ReleaseEntry extends EntryBase {
  readonly kind: 'release';
  /** Id of the hold. */
  readonly target: string;
}

/** The traffic used so far stopped counting; moves a baseline, changes no time. */
export interface ResetEntry extends EntryBase {
  readonly kind: 'reset';
}

export type LedgerEntry = GrantEntry | ReversalEntry | HoldEntry | ReleaseEntry | ResetEntry;
