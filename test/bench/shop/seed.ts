import pg from 'pg';

/** Who and what rows are seeded for. */
export interface SeedTarget {
  readonly databaseUrl: string;
  readonly shopId: string;
  /** Of the subscriptions. Where a bot looks after another one, it leaves them alone. */
  readonly namespace: string;
}

/** What everybody bought. */
export const seededTerms = {
  plan: 'month',
  title: { default: 'One month' },
  lengthSeconds: 30 * 86_400,
  panelSelector: {},
  minPanels: 1,
  trafficLimit: '100Gi',
  trafficReset: 'Never',
} as const;

export const seededPrice = 150;

/** Telegram's id of the first customer's account; the others follow. */
export const firstTelegramId = 5_000_000_000;

/** Ids in the order of insertion, as UUIDs of version 7 are, and all before any that is made today. */
export const idOf = (kind: number, index = 'i'): string =>
  `(lpad(to_hex(${index}), 8, '0') || '-0000-7000-8000-00000000000${String(kind)}')::uuid`;

export const kinds = { customer: 1, subscription: 2, order: 3, entry: 4, keys: 5, charge: 6, notice: 7 } as const;

const terms = `'${JSON.stringify(seededTerms)}'::jsonb`;
const subscription = idOf(kinds.subscription);
const customer = idOf(kinds.customer);
const order = idOf(kinds.order);
/** Bought in the last four weeks, so nothing has expired. */
const at = `date_trunc('second', now()) - (i % 28) * interval '1 day' - interval '1 hour'`;
const expiresAt = `${at} + interval '30 days'`;
/** `terms_digest` as the fold has it, or the first look would find a difference in each. */
const digest = `md5((${terms} - 'title' - 'lengthSeconds')::text)`;

const customersOf = (shopId: string, range: string): string =>
  `insert into wayleave.customers (id, shop_id, telegram_id, name, language, created_at, seen_at)
   select ${customer}, '${shopId}', ${String(firstTelegramId)} + i, 'Customer ' || i, 'en', ${at}, ${at} from ${range}
   on conflict do nothing`;

/** A shop that has sold so many subscriptions: for each a customer, keys, an order that was paid, and what followed. */
const soldBefore = ({ shopId, namespace }: SeedTarget, range: string): string[] => [
  customersOf(shopId, range),
  `insert into wayleave.subscriptions (id, namespace, name, shop, source, short_id, customer_id, created_at)
   select ${subscription}, '${namespace}', 'sub-' || ${subscription}, 'bench', 'ledger', lpad(to_hex(i), 8, '0'), ${customer}, ${at}
   from ${range}`,
  `insert into wayleave.credentials (subscription_id, generation, client_uuid)
   select ${subscription}, 1, ${idOf(kinds.keys)} from ${range}`,
  `insert into wayleave.entitlements (subscription_id, source, title, expires_at, traffic_limit_bytes, terms_digest,
     provisioned_revision, provisioned_at)
   select ${subscription}, 'ledger', ${terms} -> 'title', ${expiresAt}, 107374182400, ${digest}, 1, ${at} from ${range}`,
  `insert into wayleave.orders (id, shop_id, customer_id, subscription_id, plan_name, terms, state, expires_at, created_at,
     closed_at, granted_revision, provisioned_at)
   select ${order}, '${shopId}', ${customer}, ${subscription}, 'month', ${terms}, 'paid', ${at}, ${at}, ${at}, 1, ${at} from ${range}`,
  `insert into wayleave.attempts (order_id, number, method, provider, amount_minor, currency, created_at, closed_at)
   select ${order}, 1, 'stars', 'stars', ${String(seededPrice)}, 'XTR', ${at}, ${at} from ${range}`,
  `insert into wayleave.charges (shop_id, provider, charge_id, order_id, attempt, customer_id, payer, amount_minor, currency,
     live, disposition, paid_at, recorded_at, source, handle)
   select '${shopId}', 'stars', 'charge-' || lpad(to_hex(i), 8, '0'), ${order}, 1, ${customer}, ${String(firstTelegramId)} + i,
     ${String(seededPrice)}, 'XTR', false, 'granted', ${at}, ${at}, 'update', ${idOf(kinds.charge)} from ${range}`,
  `insert into wayleave.ledger_entries (subscription_id, sequence, id, shop_id, at, kind, source, cause, length_seconds,
     terms, order_id, author)
   select ${subscription}, 1, ${idOf(kinds.entry)}, '${shopId}', ${at}, 'grant', 'charge', 'order:' || ${order},
     ${String(seededTerms.lengthSeconds)}, ${terms}, ${order}, 'telegram' from ${range}`,
  // Three days before the end, and a month after it.
  `insert into wayleave.timers (subscription_id, purpose, due_at)
   select ${subscription}, purpose, ${expiresAt} + case purpose when 'remind' then interval '0 days' else interval '30 days' end
   from ${range} cross join unnest(array['remind', 'retire']) as p (purpose)`,
  `insert into wayleave.notices (id, shop_id, customer_id, subscription_id, kind, dedupe, delivery, created_at, next_at, state,
     outcome, closed_at)
   select ${idOf(kinds.notice)}, '${shopId}', ${customer}, ${subscription}, 'paid', 'stars:' || i, 'at-least-once', ${at}, ${at}, 'sent',
     'sent', ${at} from ${range}`,
  `insert into wayleave.traffic_marks (subscription_id, percent, since, created_at, noticed_at)
   select ${subscription}, 80, ${at}, ${at}, ${at} from ${range} where i % 5 = 0`,
  `insert into wayleave.refunds (id, shop_id, provider, charge_id, refund_key, amount_minor, requested_by, state, created_at,
     closed_at)
   select ${order}, '${shopId}', 'stars', 'charge-' || lpad(to_hex(i), 8, '0'), 'refund-' || i, ${String(seededPrice)}, 'telegram',
     'confirmed', ${at}, ${at} from ${range} where i % 50 = 0`,
  `insert into wayleave.transfers (id, shop_id, order_id, attempt, customer_id, created_at, decision, decided_by, decided_at)
   select ${order}, '${shopId}', ${order}, 1, ${customer}, ${at}, 'approved', 'bench', ${at} from ${range} where i % 10 = 0`,
];

/**
 * Adds subscriptions number `from` to `to`, both included, in one statement for each table; a million take about a minute.
 * Foreign keys are not looked at: what is written here refers to what is written here.
 */
export async function seedSubscriptions(target: SeedTarget, from: number, to: number): Promise<void> {
  await asOwner(target.databaseUrl, async (run) => {
    await run('set session_replication_role = replica');
    await run('set synchronous_commit = off');
    const rows = `generate_series(${String(from)}, ${String(to)}) as i`;
    for (const statement of soldBefore(target, rows)) await run(statement);
    await run('vacuum analyze');
  });
}

/** Adds the first `count` customers, who have bought nothing yet. */
export async function seedCustomers({ databaseUrl, shopId }: SeedTarget, count: number): Promise<void> {
  await asOwner(databaseUrl, (run) => run(customersOf(shopId, `generate_series(1, ${String(count)}) as i`)));
}

/** Statements as the owner of the schema, without a deadline. */
export async function asOwner(
  databaseUrl: string,
  action: (run: (sql: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const connection = new pg.Client({ connectionString: databaseUrl });
  await connection.connect();
  try {
    await action(async (sql) => {
      await connection.query(sql);
    });
  } finally {
    await connection.end();
  }
}
