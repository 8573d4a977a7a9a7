import {
  claimNotices,
  claimUnshownTransfers,
  claimWork,
  dueTimers,
  expireDialogs,
  expireOrders,
  extendSurplus,
  noteProvisioned,
  noticeTraffic,
  outboxBacklog,
  remind,
  summarizeQueues,
  unprovisionedOrders,
} from '../../../src/ledger/index.ts';
import type { Store } from '../../../src/store/index.ts';

/** Something that the product asks again and again: what is due? */
export interface Work {
  /** Part of the name of its figure. */
  readonly name: string;
  /** For the page: who asks, and how often. */
  readonly asked: string;
  readonly run: (store: Store, shopId: string) => Promise<unknown>;
  /** Which of its statements looks for what is due; the first one unless told otherwise. */
  readonly statement?: number;
  /** It is also asked while everything is due. */
  readonly hasBacklog?: boolean;
}

/** In the batches of the product. */
export const works: readonly Work[] = [
  {
    name: 'expire_orders',
    asked: 'orders that nobody paid in time; the leader of a shop, every 30 s',
    run: (store, shopId) => expireOrders(store, shopId),
  },
  {
    name: 'note_provisioned',
    asked: 'paid orders that have reached enough panels; the leader of a shop, every 5 s and at each delivery',
    run: (store, shopId) => noteProvisioned(store, shopId),
  },
  {
    name: 'oldest_unprovisioned',
    asked: 'the age of the oldest paid order that has not; every replica, for the alert',
    run: (store, shopId) => unprovisionedOrders(store, shopId, 60),
  },
  {
    name: 'claim_project',
    asked: 'subscriptions to be carried into the cluster; every replica, every second and at each doorbell',
    run: (store) => claimWork(store, 'project', { limit: 16, leaseMs: 180_000, namespace: 'bench-bulk' }),
    hasBacklog: true,
  },
  {
    name: 'claim_progress',
    asked: 'messages of orders to be brought up to date; every replica, every second and at each doorbell',
    run: (store) => claimWork(store, 'progress', { limit: 16, leaseMs: 60_000 }),
  },
  {
    name: 'outbox_backlog',
    asked: 'depth and age of the outbox; every replica, every 10 s',
    run: (store) => outboxBacklog(store),
  },
  {
    name: 'due_refolds',
    asked: 'subscriptions whose next segment of time begins; every replica, every second',
    run: (store) => dueTimers(store, 'refold', 100),
    hasBacklog: true,
  },
  {
    name: 'due_retirements',
    asked: 'subscriptions that expired a month ago; every replica, every second',
    run: (store) => dueTimers(store, 'retire', 100),
  },
  {
    name: 'due_reminders',
    asked: 'reminders of an expiry; the leader of a shop, every 15 s',
    run: (store, shopId) => remind(store, shopId, [-259_200, -86_400, 0, 86_400]),
  },
  {
    name: 'claim_notices',
    asked: 'messages to customers; every replica, every second and at each doorbell',
    run: (store, shopId) => claimNotices(store, shopId, { limit: 20, leaseMs: 60_000 }),
    hasBacklog: true,
  },
  {
    name: 'traffic_marks',
    asked: 'traffic marks that nobody was told of; the leader of a shop, every 15 s',
    run: (store, shopId) => noticeTraffic(store, shopId, [80, 100]),
  },
  {
    name: 'queue_ages',
    asked: 'what waits for a person, by queue; the leader of a shop, every 30 s',
    run: (store, shopId) => summarizeQueues(store, shopId),
  },
  {
    name: 'surplus',
    asked: 'second payments that nobody decided about for 72 h; the leader of a shop, every 10 min',
    run: (store, shopId) => extendSurplus(store, shopId),
  },
  {
    name: 'unshown_transfers',
    asked: 'receipts that admins have not seen; the leader of a shop, every 10 s',
    run: (store, shopId) => claimUnshownTransfers(store, shopId, [1, 2]),
  },
  {
    name: 'expire_dialogs',
    asked: 'conversations that nobody went on with; the leader of a shop, every 30 s',
    run: (store, shopId) => expireDialogs(store, shopId),
  },
];
