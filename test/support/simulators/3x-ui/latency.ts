import { setTimeout as sleep } from 'node:timers/promises';
import type { PanelVersion } from './version.ts';

/** What a request costs; `none` answers as fast as it can. */
export type CostModel = 'none' | 'real';

export type Work =
  | { readonly kind: 'read' }
  /** Reads whole inbounds: grows with all clients. */
  | { readonly kind: 'list'; readonly clients: number }
  /** Rewrites the inbounds' settings: grows with the clients of each. */
  | { readonly kind: 'add' | 'update' | 'delete'; readonly clients: readonly number[] }
  /** Rewrites each inbound once for all of them. */
  | { readonly kind: 'bulk'; readonly items: number; readonly clients: readonly number[] };

interface Prices {
  /** Milliseconds: fixed, and per client in an inbound that is written. */
  readonly add: readonly [fixed: number, perClient: number];
  readonly update: readonly [fixed: number, perClient: number];
  readonly delete: readonly [fixed: number, perClient: number];
  readonly list: readonly [fixed: number, perClient: number];
  readonly bulkItem: number;
}

// Medians of v3.6.0 and v2.9.4 on two cores with SQLite, fitted to 200 (100), 1000 and 5000 clients.
const modern: Prices = {
  add: [5, 0.051],
  update: [8, 0.046],
  delete: [10, 0.041],
  list: [9, 0.032],
  bulkItem: 1,
};
const legacy: Prices = {
  add: [10, 0.02],
  update: [8, 0.025],
  delete: [9, 0.025],
  list: [5, 0.035],
  bulkItem: 0.9,
};

/** Milliseconds that a piece of work takes on a real panel. */
export function costMs(work: Work, { generation }: PanelVersion): number {
  const prices = generation === 4 ? modern : legacy;
  const sum = (counts: readonly number[], [fixed, each]: readonly [number, number]): number =>
    counts.reduce((total, count) => total + fixed + each * count, 0);
  switch (work.kind) {
    case 'read':
      return 0.6;
    case 'list':
      return prices.list[0] + prices.list[1] * work.clients;
    case 'bulk':
      return work.items * prices.bulkItem + sum(work.clients, prices.add);
    default:
      return sum(work.clients, prices[work.kind]);
  }
}

/** Spends the time of a piece of work, in real time whatever the simulator's clock says. */
export async function spend(model: CostModel, work: Work, version: PanelVersion): Promise<void> {
  if (model === 'real') await sleep(costMs(work, version));
}
