import type { Failpoint } from '../failpoints.ts';
import { annotations, type VPNPanel } from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../base/log.ts';
import type { PanelDriver, WriteGate } from '../../panels/driver.ts';
import type { PanelError } from '../../panels/errors.ts';
import type { PanelRecords } from './records.ts';
import type { OpenRevocation, RecentRevocation } from '../../store/index.ts';
import { guardWindowMs, isGuarded, judgeRevocations, settleMs, type RevocationReason } from './revocation-guard.ts';

export interface CarriedOut {
  readonly email: string;
  /** `namespace/name`, where the subscription still has a resource. */
  readonly subscription: string | undefined;
}

/** What it needs of Postgres. */
export type DeskRecords = Pick<
  PanelRecords,
  | 'openRevocations'
  | 'recentRevocations'
  | 'clientCount'
  | 'subscriptionKey'
  | 'readOpenRevocations'
  | 'holdRevocations'
  | 'permitRevocations'
  | 'withdrawRevocation'
  | 'finishRevocations'
>;

type RecentRemoval = Pick<RecentRevocation, 'createdAtMs' | 'doneAtMs'>;

interface Row extends Omit<OpenRevocation, 'held' | 'permitted'> {
  held: boolean;
  permitted: boolean;
  /** Monotonic milliseconds at which it has been known here for long enough to be judged. */
  readonly settlesMs: number;
  attempts: number;
  notBeforeMs: number;
}

const retryMs = { base: 1000, max: 300_000 };

/**
 * The only way for a client to leave a panel: a row in `revocations` says who decided it and why, the guard holds back
 * what looks like an accident, and the panel is asked again and again until it no longer shows the client.
 *
 * A row can be withdrawn while one of our own questions to Postgres is under way: after each await only what is still
 * open counts.
 */
export class RevocationDesk {
  readonly #records: DeskRecords;
  readonly #clock: Clock;
  readonly #open = new Map<string, Row>();
  /** Withdrawals under way, and all that there ever were. */
  #withdrawing = 0;
  #withdrawals = 0;
  #done: RecentRemoval[] = [];

  readonly #log: Log;

  constructor(records: DeskRecords, clock: Clock, log: Log) {
    this.#records = records;
    this.#log = log;
    this.#clock = clock;
    for (const revocation of records.openRevocations) this.add(revocation);
    this.#done = [...records.recentRevocations];
  }

  get open(): number {
    return this.#open.size;
  }

  get held(): number {
    let held = 0;
    for (const row of this.#open.values()) if (row.held) held += 1;
    return held;
  }

  has(email: string): boolean {
    return this.#open.has(email);
  }

  /** Why the client is to go; undefined when it is not. */
  reasonFor(email: string): RevocationReason | undefined {
    return this.#open.get(email)?.reason;
  }

  /** Takes over a row that Postgres has. */
  add(revocation: OpenRevocation): void {
    if (this.#open.has(revocation.email)) return;
    const settlesMs = this.#clock.monotonic() + settleMs;
    this.#open.set(revocation.email, { ...revocation, settlesMs, attempts: 0, notBeforeMs: 0 });
  }

  /** The client is wanted again: what was not carried out is withdrawn, in Postgres first. */
  async withdraw(email: string): Promise<void> {
    const row = this.#open.get(email);
    if (row === undefined) return;
    this.#withdrawals += 1;
    this.#withdrawing += 1;
    try {
      await this.#records.withdrawRevocation(row.id);
      if (this.#open.get(email) === row) this.#open.delete(email);
    } finally {
      this.#withdrawing -= 1;
    }
  }

  /**
   * Falls in step with Postgres: a row may have been recorded while this panel was being taken over, and others may have
   * withdrawn one.
   *
   * @returns ids of the subscriptions that are new here
   */
  async refresh(): Promise<readonly string[]> {
    const before = [...this.#open.values()];
    const withdrawals = this.#withdrawals;
    if (this.#withdrawing > 0) return [];
    const recorded = new Map((await this.#records.readOpenRevocations()).map((row) => [row.id, row]));
    // One that is being withdrawn may have been read as open still; the next refresh comes soon.
    if (withdrawals !== this.#withdrawals) return [];
    for (const row of before) {
      if (!recorded.has(row.id) && this.#open.get(row.email) === row) this.#open.delete(row.email);
    }
    const added: string[] = [];
    for (const row of recorded.values()) {
      if (this.#open.has(row.email)) continue;
      this.add(row);
      added.push(row.subscriptionId);
    }
    return added;
  }

  /**
   * Sorts the open rows into permitted, held and settling; needs no panel.
   *
   * @returns how many are held from now on that were not before
   */
  async judge(panel: VPNPanel): Promise<number> {
    if (this.#open.size === 0) return 0;
    const nowMs = this.#clock.now();
    const now = this.#clock.monotonic();
    this.#done = this.#done.filter(({ doneAtMs }) => doneAtMs > nowMs - guardWindowMs);
    const allowedMs = allowedUntilMs(panel);
    const done = this.#done.filter(({ createdAtMs }) => createdAtMs > allowedMs).length;
    const judged = [...this.#open.values()].map((row) => {
      const { reason, createdAtMs, held, permitted, settlesMs } = row;
      return { row, reason, createdAtMs, held, permitted, settled: settlesMs <= now };
    });
    const clients = this.#records.clientCount();
    const verdict = judgeRevocations(judged, done, clients, allowedMs, nowMs);
    const toHold = verdict.held.filter(({ held }) => !held).map(({ row }) => row);
    const toPermit = verdict.permitted.filter(({ permitted }) => !permitted).map(({ row }) => row);
    if (toHold.length > 0) await this.#records.holdRevocations(toHold.map(({ id }) => id));
    for (const row of toHold) Object.assign(row, { held: true, permitted: false });
    if (toPermit.length > 0) await this.#records.permitRevocations(toPermit.map(({ id }) => id));
    for (const row of toPermit) Object.assign(row, { held: false, permitted: true });
    return toHold.length;
  }

  /** Milliseconds until something may be carried out or judged again; undefined when nothing waits but for a person. */
  dueInMs(): number | undefined {
    const now = this.#clock.monotonic();
    let soonest: number | undefined;
    for (const { held, permitted, notBeforeMs, settlesMs } of this.#open.values()) {
      if (held) continue;
      soonest = Math.min(soonest ?? Infinity, Math.max(0, (permitted ? notBeforeMs : settlesMs) - now));
    }
    return soonest;
  }

  /** Removes one batch of what is permitted and due. @throws PanelError when the panel as a whole does not answer */
  async carryOut(
    driver: PanelDriver,
    gate: WriteGate,
    signal: AbortSignal,
    failpoint: Failpoint,
  ): Promise<readonly CarriedOut[]> {
    const now = this.#clock.monotonic();
    const batch: Row[] = [];
    for (const row of this.#open.values()) {
      if (row.permitted && row.notBeforeMs <= now) batch.push(row);
      if (batch.length >= driver.maxBatch) break;
    }
    if (batch.length === 0) return [];
    await failpoint('revocation.before-remove');
    const results = await driver.remove(batch, { signal, gate });
    await failpoint('revocation.after-remove');
    const gone: Row[] = [];
    let fenced: PanelError | undefined;
    for (const [at, row] of batch.entries()) {
      const result = results[at];
      if (result?.outcome === 'absent') gone.push(row);
      else if (result?.error.code === 'PANEL_WRITE_FENCED') fenced = result.error;
      else this.#postpone(row, result?.error);
    }
    // What is proven gone is recorded before anything else is said.
    if (gone.length > 0) await this.#finish(gone, failpoint);
    if (fenced !== undefined) throw fenced;
    return gone.map(({ email, subscriptionId }) => ({
      email,
      subscription: this.#records.subscriptionKey(subscriptionId),
    }));
  }

  #postpone(row: Row, error: PanelError | undefined): void {
    const why = error?.message ?? 'the driver gave no result for it';
    const { email, subscriptionId } = row;
    this.#log.warn({ email, subscriptionId, code: error?.code }, `a client could not be removed: ${why}`);
    row.notBeforeMs = this.#clock.monotonic() + Math.min(retryMs.max, retryMs.base * 2 ** Math.min(row.attempts, 20));
    row.attempts += 1;
  }

  async #finish(gone: readonly Row[], failpoint: Failpoint): Promise<void> {
    await this.#records.finishRevocations(gone);
    await failpoint('revocation.after-finish');
    const nowMs = this.#clock.now();
    for (const row of gone) {
      if (this.#open.get(row.email) === row) this.#open.delete(row.email);
      if (isGuarded(row.reason)) this.#done.push({ createdAtMs: row.createdAtMs, doneAtMs: nowMs });
    }
  }
}

/** Everything recorded up to the instant in the annotation is allowed by the person who wrote it. */
function allowedUntilMs(panel: VPNPanel): number {
  const allowed = panel.metadata.annotations?.[annotations.allowRevocations];
  const untilMs = allowed === undefined ? Number.NaN : Date.parse(allowed);
  return Number.isNaN(untilMs) ? 0 : untilMs;
}
