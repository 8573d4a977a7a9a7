import type { TrafficReset } from '../../api/index.ts';

/** First instant of the calendar month in UTC, epoch milliseconds. */
export function periodStartMs(nowMs: number): number {
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1);
}

/** When traffic next starts from zero by the calendar; Infinity where it does not. */
export function nextResetAtMs(reset: TrafficReset, nowMs: number): number {
  if (reset !== 'Monthly') return Infinity;
  const now = new Date(nowMs);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
}
