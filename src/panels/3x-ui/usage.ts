import type { ClientUsage } from '../driver.ts';
import type { Holdings } from './holdings.ts';
import type { TrafficRow } from './snapshot.ts';

/** Counters of our clients: the sum over their e-mails, each of which has one row wherever it is shown. */
export function usageOf({ snapshot, own }: Pick<Holdings, 'snapshot' | 'own'>): ReadonlyMap<string, ClientUsage> {
  const rows = new Map<string, TrafficRow>();
  for (const { traffic } of snapshot.inbounds) for (const [email, row] of traffic) rows.set(email, row);
  const usage = new Map<string, ClientUsage>();
  for (const { email, entries } of own.values()) {
    const found = [...new Set(entries.map((entry) => entry.email))].flatMap((name) => rows.get(name) ?? []);
    usage.set(email, {
      upBytes: found.reduce((sum, { upBytes }) => sum + upBytes, 0),
      downBytes: found.reduce((sum, { downBytes }) => sum + downBytes, 0),
      lastOnlineMs: found.reduce((latest, { lastOnlineMs }) => Math.max(latest, lastOnlineMs), 0),
    });
  }
  return usage;
}
