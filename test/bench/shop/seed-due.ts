import { asOwner, idOf, kinds, seededPrice, seededTerms, type SeedTarget } from './seed.ts';

/** So much of each kind is due, however many rows there are. */
export const dueCount = 100;

const terms = `'${JSON.stringify(seededTerms)}'::jsonb`;
const subscription = idOf(kinds.subscription);
const customer = idOf(kinds.customer);
const order = idOf(kinds.order);
/** Rows of their own, beside those that were seeded before. */
const extra = (kind: number): string => idOf(kind, 'i + 4026531840');
const past = `now() - interval '1 minute'`;
const later = `now() + interval '1 day'`;

/** @param rows seeded before: a hundredth as many wait beside what is due, as they do in a shop of that size */
const makeDue = (shopId: string, rows: number): string[] => {
  const due = `generate_series(1, ${String(dueCount)}) as i`;
  const waiting = `generate_series(1, ${String(dueCount + Math.floor(rows / 100))}) as i`;
  const when = `case when i <= ${String(dueCount)} then ${past} else ${later} end`;
  return [
    // What others left behind.
    'truncate wayleave.outbox',
    `update wayleave.orders set provisioned_at = now() where state = 'paid' and provisioned_at is null`,
    `insert into wayleave.orders (id, shop_id, customer_id, subscription_id, plan_name, terms, expires_at)
     select ${extra(kinds.order)}, '${shopId}', ${customer}, ${extra(kinds.subscription)}, 'month', ${terms}, ${when}
     from ${waiting}`,
    `update wayleave.orders set provisioned_at = null, closed_at = ${past} where id in (select ${order} from ${due})`,
    `insert into wayleave.outbox (topic, key, next_at, created_at)
     select topic, ${subscription}::text, ${when}, ${past} from ${waiting} cross join unnest(array['project', 'progress']) t (topic)`,
    `insert into wayleave.timers (subscription_id, purpose, due_at) select ${subscription}, 'refold', ${when} from ${waiting}`,
    `update wayleave.timers set due_at = ${past} where purpose in ('remind', 'retire')
       and subscription_id in (select ${subscription} from ${due})`,
    `insert into wayleave.notices (id, shop_id, customer_id, subscription_id, kind, dedupe, delivery, next_at, created_at)
     select ${extra(kinds.notice)}, '${shopId}', ${customer}, ${subscription}, 'provisioned', 'due:' || i, 'at-least-once', ${when}, ${past}
     from ${waiting}`,
    `insert into wayleave.traffic_marks (subscription_id, percent, since, created_at)
     select ${subscription}, 100, ${past}, ${past} from ${due}`,
    `insert into wayleave.charges (shop_id, provider, charge_id, order_id, attempt, customer_id, payer, amount_minor, currency,
       live, disposition, paid_at, recorded_at, source)
     select '${shopId}', 'stars', 'due-' || i, ${order}, 1, ${customer}, '1', ${String(seededPrice)}, 'XTR', false,
       case when i % 2 = 0 then 'mismatch' else 'surplus' end, now() - interval '4 days', now() - interval '4 days', 'update'
     from ${due}`,
    `insert into wayleave.attempts (order_id, number, method, provider, amount_minor, currency)
     select ${extra(kinds.order)}, 1, 'card', 'manual', 29900, 'RUB' from ${due}`,
    `insert into wayleave.transfers (id, shop_id, order_id, attempt, customer_id, created_at)
     select ${extra(kinds.charge)}, '${shopId}', ${extra(kinds.order)}, 1, ${customer}, ${past} from ${due}`,
    `insert into wayleave.dialogs (shop_id, telegram_id, state, expires_at) select '${shopId}', i, '{"kind": "find"}', ${when}
     from ${waiting}`,
  ];
};

const makeNothingDue = (shopId: string): string[] => [
  `delete from wayleave.dialogs where shop_id = '${shopId}'`,
  `delete from wayleave.transfers where shop_id = '${shopId}' and decision is null`,
  `delete from wayleave.charges where shop_id = '${shopId}' and charge_id like 'due-%'`,
  'delete from wayleave.traffic_marks where noticed_at is null',
  `delete from wayleave.notices where state = 'waiting'`,
  `delete from wayleave.timers where purpose = 'refold'`,
  `update wayleave.timers set due_at = now() + interval '20 days' where due_at < now()`,
  'delete from wayleave.outbox',
  `update wayleave.orders set provisioned_at = now() where state = 'paid' and provisioned_at is null`,
  `delete from wayleave.attempts where order_id in (select id from wayleave.orders where state = 'pending')`,
  `delete from wayleave.orders where state = 'pending'`,
];

/** Runs `look` while exactly `dueCount` of everything is due. */
export async function whileDue(
  { databaseUrl, shopId }: SeedTarget,
  rows: number,
  look: () => Promise<void>,
): Promise<void> {
  await change(databaseUrl, makeDue(shopId, rows));
  try {
    await look();
  } finally {
    await change(databaseUrl, makeNothingDue(shopId));
  }
}

/** Runs `look` while as much is due in the queues as there are subscriptions, as after a long outage. */
export async function whileAllIsDue(
  { databaseUrl, shopId }: SeedTarget,
  rows: number,
  look: () => Promise<void>,
): Promise<void> {
  const all = `generate_series(1, ${String(rows)}) as i`;
  await change(databaseUrl, [
    `insert into wayleave.outbox (topic, key, next_at, created_at)
     select 'project', ${subscription}::text, ${past}, ${past} from ${all}`,
    `insert into wayleave.notices (id, shop_id, customer_id, subscription_id, kind, dedupe, delivery, next_at, created_at)
     select ${extra(kinds.notice)}, '${shopId}', ${customer}, ${subscription}, 'provisioned', 'due:' || i, 'at-least-once', ${past}, ${past}
     from ${all}`,
    `insert into wayleave.timers (subscription_id, purpose, due_at) select ${subscription}, 'refold', ${past} from ${all}`,
  ]);
  try {
    await look();
  } finally {
    await change(databaseUrl, [
      'truncate wayleave.outbox',
      `delete from wayleave.notices where state = 'waiting'`,
      `delete from wayleave.timers where purpose = 'refold'`,
    ]);
  }
}

async function change(databaseUrl: string, statements: readonly string[]): Promise<void> {
  await asOwner(databaseUrl, async (run) => {
    await run('set session_replication_role = replica');
    await run('set synchronous_commit = off');
    for (const statement of statements) await run(statement);
    await run('vacuum analyze');
  });
}
