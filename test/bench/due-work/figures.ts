/** What each kind of due work is, by the part of its figures' names. */
const looks = {
  expire_orders: 'Orders whose button is to go are found and closed, 20 at a time.',
  note_provisioned: 'Paid orders that have arrived are found and noted, 20 at a time, with the notice for each.',
  oldest_unprovisioned: 'The age of the oldest paid order that has not arrived, with 20 of them.',
  claim_outbox: 'Work of the outbox is claimed, 20 at a time, beside a backlog of a hundredth of all subscriptions.',
  refold_timers: 'Subscriptions are found whose next segment begins, 20 at a time.',
  retire_timers: 'Subscriptions are found that leave the cluster, 20 at a time.',
  reminders: 'Subscriptions whose reminders are due are found and their next moment is set, 20 at a time.',
  claim_notices: 'Notices are claimed, 20 at a time.',
  charge_queues: 'Charges that wait for a person are counted, 20 of them.',
} as const;

export type DueWorkName = keyof typeof looks;

/** Figures and how each comes about. */
export const dueWorkFigures: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(looks).flatMap(([name, how]) => [
    [`due_${name}_1k_ms`, `${how} A shop of 1,000 subscriptions; the median of 40 runs.`],
    [`due_${name}_1m_ms`, 'The same in a shop of 1,000,000 subscriptions.'],
  ]),
);
