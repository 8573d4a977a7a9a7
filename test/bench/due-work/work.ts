import {
  claimNotices,
  claimWork,
  dueTimers,
  expireOrders,
  noteProvisioned,
  oldestUnprovisionedSeconds,
  remind,
  summarizeQueues,
} from '../../../src/ledger/index.ts';
import type { Store } from '../../../src/store/index.ts';
import type { DueWorkName } from './figures.ts';

export interface DueWork {
  readonly name: DueWorkName;
  /** Asks for what is due, as the product does. @returns how much it was */
  readonly look: (store: Store, shopId: string) => Promise<number>;
}

/** Everything that the shop's jobs ask Postgres again and again. */
export const dueWork: readonly DueWork[] = [
  { name: 'expire_orders', look: async (store, shopId) => (await expireOrders(store, shopId, 20)).length },
  { name: 'note_provisioned', look: (store, shopId) => noteProvisioned(store, shopId, 20) },
  {
    name: 'oldest_unprovisioned',
    look: async (store, shopId) => Math.sign(await oldestUnprovisionedSeconds(store, shopId)) * 20,
  },
  {
    name: 'claim_outbox',
    look: async (store) => (await claimWork(store, 'project', { limit: 20, leaseMs: 1_000 })).length,
  },
  { name: 'refold_timers', look: async (store) => (await dueTimers(store, 'refold', 20)).length },
  { name: 'retire_timers', look: async (store) => (await dueTimers(store, 'retire', 20)).length },
  { name: 'reminders', look: async (store, shopId) => (await remind(store, shopId, [], 20)).looked },
  {
    name: 'claim_notices',
    look: async (store, shopId) => (await claimNotices(store, shopId, { limit: 20, leaseMs: 1_000 })).notices.length,
  },
  {
    name: 'charge_queues',
    look: async (store, shopId) => (await summarizeQueues(store, shopId)).reduce((sum, { count }) => sum + count, 0),
  },
];
