import type { LedgerEntry } from '../../../src/ledger/index.ts';

/** What a subscription's time comes to, by {@link countDown}. */
export interface Countdown {
  /** Epoch seconds at which everything ends, or ended. */
  readonly expiresAt: number;
  /** Seconds of each grant that were used or are left, by its id. */
  readonly kept: ReadonlyMap<string, number>;
  /** Seconds that reversals took. */
  readonly takenSeconds: number;
  readonly held: boolean;
}

interface Balance {
  readonly id: string;
  readonly length: number;
  left: number;
  used: number;
  refundedMinor: bigint;
  taken: number;
}

/**
 * A second opinion on a ledger, written differently on purpose: not segments on an axis but prepaid balances that a clock
 * uses up, the oldest first. A reversal takes from the balance of its grant what is left of it.
 *
 * @returns undefined when nothing was ever granted
 */
export function countDown(entries: readonly LedgerEntry[]): Countdown | undefined {
  const balances: Balance[] = [];
  const holds = new Set<string>();
  let now = entries[0]?.at ?? 0;
  let dryAt = now;
  for (const entry of entries) {
    for (let idle = entry.at - now; idle > 0;) {
      const head = balances.find(({ left }) => left > 0);
      if (head === undefined) break;
      const spent = Math.min(head.left, idle);
      head.left -= spent;
      head.used += spent;
      idle -= spent;
      dryAt = entry.at - idle;
    }
    now = entry.at;
    if (entry.kind === 'hold') holds.add(entry.id);
    if (entry.kind === 'release') holds.delete(entry.target);
    if (entry.kind === 'grant') {
      const { id, lengthSeconds: length } = entry;
      balances.push({ id, length, left: length, used: 0, refundedMinor: 0n, taken: 0 });
    }
    if (entry.kind === 'reversal') {
      const balance = balances.find(({ id }) => id === entry.target);
      if (balance === undefined) throw new Error(`nothing to reverse: ${entry.target}`);
      const taken = Math.min(balance.left, owed(balance, entry.part));
      balance.left -= taken;
      balance.taken += taken;
      if (taken > 0) dryAt = now;
    }
  }
  if (balances.length === 0) return undefined;
  const left = balances.reduce((sum, balance) => sum + balance.left, 0);
  return {
    expiresAt: left > 0 ? now + left : dryAt,
    kept: new Map(balances.map(({ id, used, left: rest }) => [id, used + rest])),
    takenSeconds: balances.reduce((sum, { taken }) => sum + taken, 0),
    held: holds.size > 0,
  };
}

function owed(
  balance: Balance,
  part: { readonly refundedMinor: bigint; readonly paidMinor: bigint } | undefined,
): number {
  if (part === undefined) return balance.left;
  balance.refundedMinor += part.refundedMinor;
  if (balance.refundedMinor >= part.paidMinor) return balance.left;
  const share = (BigInt(balance.length) * balance.refundedMinor) / part.paidMinor;
  return Math.max(0, Number(share) - balance.taken);
}
