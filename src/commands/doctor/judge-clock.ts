import { fail, ok, skip, warn, type Seen } from './finding.ts';

const warnMs = 2_000;
const failMs = 30_000;

/** When we asked and were answered by our own clock, and how far its answer may be off by its form alone. */
export interface Asking {
  readonly askedMs: number;
  readonly answeredMs: number;
  readonly coarseMs: number;
}

/** How far another clock is from ours, whatever the way there took. @param theirsMs epoch milliseconds */
export function judgeClock(theirsMs: number, { askedMs, answeredMs, coarseMs }: Asking): Seen {
  if (Number.isNaN(theirsMs)) return skip('does not tell its time');
  const offMs = theirsMs - (askedMs + answeredMs) / 2;
  // It answered at some moment in between.
  const surelyOffMs = Math.max(0, Math.abs(offMs) - (answeredMs - askedMs) / 2 - coarseMs);
  if (surelyOffMs <= warnMs) return ok('agrees with ours');
  const says = `is ${(Math.abs(offMs) / 1000).toFixed(0)} s ${offMs > 0 ? 'ahead of' : 'behind'} ours`;
  const mend = 'switch time synchronisation (NTP) on where it is wrong, here or there';
  return surelyOffMs > failMs ? fail(says, mend) : warn(says, mend);
}
