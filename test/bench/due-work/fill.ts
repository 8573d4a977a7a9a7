import type pg from 'pg';

/** How much of each kind of work is due at a time, whatever the number of subscriptions. */
export const dueAtATime = 20;

/**
 * A shop with so many subscriptions, each paid once, provisioned and told of it, with its timers in the future; and
 * {@link dueAtATime} things of every kind to do.
 *
 * @returns the shop's id
 */
export async function fillShop(client: pg.Client, subscriptions: number): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `insert into wayleave.shops (id, namespace, name, mode) values (gen_random_uuid(), 'shop', 'main', 'live') returning id`,
  );
  const [shop] = rows;
  if (shop === undefined) throw new Error('the shop was not stored');
  for (const statement of statements) {
    await client.query(statement, [shop.id, subscriptions, dueAtATime]);
  }
  await client.query('vacuum analyze');
  return shop.id;
}

/** A uuid of a kind of row and a number, in the order of the number as ours are in the order of time. */
const [customer, subscription, order, entry, notice] = [1, 2, 3, 4, 5].map(
  (kind) => `('0000000${String(kind)}-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid`,
);
const terms = `'{"plan":"month","title":{"default":"Month"},"lengthSeconds":2592000,"panelSelector":{},"minPanels":1,"trafficReset":"Never"}'::jsonb`;

/** Of p: the shop, how many subscriptions, how much is due. Of n: the numbers of them. */
const given = 'with p as (select $1::uuid as shop, $2::integer as total, $3::integer as due)';
const each = 'from p, generate_series(1, p.total) n';
/** A backlog that waits, a hundredth of all, beside what is due. */
const some = 'from p, generate_series(1, least(p.due + p.total / 100, p.total)) n';

const statements = [
  `insert into wayleave.customers (id, shop_id, telegram_id, language)
   ${given} select ${customer}, p.shop, n, 'en' ${each}`,
  `insert into wayleave.subscriptions (id, namespace, name, source, short_id, customer_id)
   ${given} select ${subscription}, 'shop', 'sub-' || n, 'ledger', 'b' || lpad(to_hex(n), 11, '0'), ${customer} ${each}`,
  `insert into wayleave.entitlements (subscription_id, source, expires_at, revision, provisioned_revision)
   ${given} select ${subscription}, 'ledger', now() + n % 30 * interval '1 day', 1, 1 ${each}`,
  `insert into wayleave.orders (id, shop_id, customer_id, subscription_id, plan_name, terms, state, expires_at, created_at,
     closed_at, granted_revision, provisioned_at)
   ${given} select ${order}, p.shop, ${customer}, ${subscription}, 'month', ${terms}, 'paid', now(),
     now() - interval '1 day', now() - interval '1 minute', 1, case when n > p.due then now() end ${each}`,
  `insert into wayleave.orders (id, shop_id, customer_id, subscription_id, plan_name, terms, expires_at)
   ${given} select gen_random_uuid(), p.shop, ${customer}, gen_random_uuid(), 'month', ${terms},
     now() + case when n <= p.due then interval '-1 minute' else interval '1 hour' end ${some}`,
  `insert into wayleave.ledger_entries (subscription_id, sequence, id, shop_id, at, kind, source, cause, length_seconds,
     terms, order_id, author)
   ${given} select ${subscription}, 1, ${entry}, p.shop, now(), 'grant', 'charge', 'order:' || n, 2592000, ${terms},
     ${order}, 'bench' ${each}`,
  `insert into wayleave.charges (shop_id, provider, charge_id, order_id, attempt, customer_id, amount_minor, currency,
     live, disposition, paid_at, source)
   ${given} select p.shop, 'stars', 'charge ' || n, ${order}, 1, ${customer}, 100, 'XTR', true, 'granted', now(), 'update'
   ${each}`,
  `insert into wayleave.charges (shop_id, provider, charge_id, customer_id, amount_minor, currency, live, disposition,
     paid_at, source)
   ${given} select p.shop, 'stars', 'wrong ' || n, ${customer}, 100, 'XTR', true, 'mismatch', now(), 'update'
   from p, generate_series(1, p.due) n`,
  `insert into wayleave.timers (subscription_id, purpose, due_at)
   ${given} select ${subscription}, purpose,
     now() + case when n <= p.due then interval '-1 minute' else n % 30 * interval '1 day' + interval '1 hour' end
   ${each} cross join unnest(array['refold', 'remind', 'retire']) purpose`,
  `insert into wayleave.notices (id, shop_id, customer_id, subscription_id, kind, dedupe, delivery, next_at, state)
   ${given} select ${notice}, p.shop, ${customer}, ${subscription}, 'paid', 'charge ' || n, 'at-least-once',
     now() - interval '1 minute', case when n <= p.due then 'waiting' else 'sent' end ${each}`,
  `insert into wayleave.outbox (topic, key, next_at)
   ${given} select 'project', ${subscription},
     now() + case when n <= p.due then interval '-1 minute' else interval '5 minutes' end ${some}`,
];
