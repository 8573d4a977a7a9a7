import { randomInt } from 'node:crypto';
import {
  ensureShop,
  LedgerError,
  seeCustomer,
  type CustomerRecord,
  type LedgerErrorCode,
  type PlanTerms,
  type ShopRecord,
} from '../../../../src/ledger/index.ts';
import type { Store } from '../../../../src/store/index.ts';
import { Books, type BookedRefund, type Payment } from '../books.ts';
import type { Lane } from '../lane.ts';
import { day, planTerms } from '../terms.ts';

/** Something payable that a customer has on his screen; it stays there whatever happens to the database. */
export interface ShownInvoice {
  readonly customer: CustomerRecord;
  readonly orderId: string;
  readonly attempt: number;
  readonly provider: 'stars' | 'cards' | 'manual';
  readonly amountMinor: bigint;
  readonly currency: string;
}

/** What a provider wants to tell us. */
export type Message =
  | { readonly kind: 'charge'; readonly payment: Payment }
  | { readonly kind: 'refund'; readonly payment: Payment; readonly refund: BookedRefund };

/** Everything outside of the database, of one history. */
export interface World {
  readonly lane: Lane;
  readonly shop: ShopRecord;
  readonly customers: readonly [CustomerRecord, CustomerRecord];
  readonly books: Books;
  readonly invoices: ShownInvoice[];
  /** Not delivered yet. */
  mailbox: Message[];
  /** Acts so far, so that replicas take turns. */
  turn: number;
  /** Seconds by which the database's clock is ahead. */
  shiftSeconds: number;
  saved: boolean;
  restored: boolean;
}

export const plans: readonly PlanTerms[] = [
  planTerms('month'),
  planTerms('week', { lengthSeconds: 7 * day, trafficLimit: '10Gi', trafficReset: 'Renewal' }),
  planTerms('year', { lengthSeconds: 365 * day, panelSelector: { matchLabels: { location: 'nl' } } }),
];
export const trialTerms: PlanTerms = planTerms('trial', { lengthSeconds: 3 * day, trafficLimit: '1Gi' });

export async function createWorld(lane: Lane, mode: 'live' | 'test'): Promise<World> {
  await lane.wipe();
  const [store] = lane.replicas;
  const shop = await ensureShop(store, { namespace: 'shop', name: 'main', mode });
  const newcomer = (name: string): Promise<CustomerRecord> =>
    seeCustomer(store, shop.id, { telegramId: randomInt(1, 2 ** 40), name, userName: undefined, language: 'en' });
  return {
    lane,
    shop,
    customers: [await newcomer('Alice'), await newcomer('Bob')],
    books: new Books(),
    invoices: [],
    mailbox: [],
    turn: 0,
    shiftSeconds: 0,
    saved: false,
    restored: false,
  };
}

/** The replica whose turn it is. */
export function nextReplica(world: World): Store {
  world.turn += 1;
  return world.lane.replicas[world.turn % 2 === 0 ? 0 : 1];
}

/** @param items the newest last; 0 picks that */
export function pickFrom<Item>(items: readonly Item[], pick: number): Item | undefined {
  return items.at(-1 - (pick % Math.max(1, items.length)));
}

/** Epoch milliseconds by the database's clock, as nearly as anybody outside knows it. */
export function nowMs({ shiftSeconds }: World): number {
  return Date.now() + shiftSeconds * 1000;
}

/** Runs what may be refused for a reason that whoever acts has to live with; every other error is one of ours. */
export async function mayBeRefused<Result>(
  codes: readonly LedgerErrorCode[],
  body: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await body();
  } catch (thrown) {
    if (thrown instanceof LedgerError && codes.includes(thrown.code)) return undefined;
    throw thrown;
  }
}
