import { nextId, type ClientEntry, type Database, type TrafficRow } from './database.ts';

type Limits = Pick<ClientEntry, 'enable' | 'expiryTime' | 'totalGB'> & { readonly reset?: unknown };

export function trafficOf(database: Database, email: string): TrafficRow | undefined {
  return database.traffic.find((row) => row.email === email);
}

/** Opens a client's counters. An e-mail that is used again finds its old ones, with the new limits. */
export function openTraffic(database: Database, inboundId: number, email: string, limits: Limits): void {
  const existing = trafficOf(database, email);
  if (existing !== undefined) {
    existing.inboundId = inboundId;
    setLimits(existing, limits);
    return;
  }
  const row: TrafficRow = {
    id: nextId(database, 'traffic'),
    inboundId,
    enable: false,
    email,
    up: 0,
    down: 0,
    allTime: 0,
    expiryTime: 0,
    total: 0,
    reset: 0,
    lastOnline: 0,
  };
  setLimits(row, limits);
  database.traffic.push(row);
}

/** Copies a client's limits to its counters; what is absent there is zero here. */
export function setLimits(row: TrafficRow, { enable, expiryTime, totalGB, reset }: Limits): void {
  row.enable = enable === true;
  row.expiryTime = expiryTime ?? 0;
  row.total = totalGB ?? 0;
  row.reset = typeof reset === 'number' ? reset : 0;
}

export function dropTraffic(database: Database, email: string): void {
  database.traffic = database.traffic.filter((row) => row.email !== email);
}

/** A row as the API shows it; uuid and subId are looked up, or empty in the lists of v3.1.0 and later. */
export function trafficView(row: TrafficRow, identity: { uuid: string; subId: string }, withAllTime: boolean): object {
  const { id, inboundId, enable, email, up, down, allTime, expiryTime, total, reset, lastOnline } = row;
  return {
    id,
    inboundId,
    enable,
    email,
    ...identity,
    up,
    down,
    ...(withAllTime ? { allTime } : {}),
    expiryTime,
    total,
    reset,
    lastOnline,
  };
}

export function isDepleted({ total, up, down, expiryTime }: TrafficRow, nowMs: number): boolean {
  return (total > 0 && up + down >= total) || (expiryTime > 0 && expiryTime <= nowMs);
}
