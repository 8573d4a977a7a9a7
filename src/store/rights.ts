/** Parts that connect with a role of their own. `migrate` owns the schema. */
export type StoreRole = 'operator' | 'subscriptions' | 'bot' | 'migrate';

export type Privilege = 'select' | 'insert' | 'update' | 'delete';

/** Group role (NOLOGIN) of each part: `grant wayleave_operator to <login>`. */
export const roleNames = {
  operator: 'wayleave_operator',
  subscriptions: 'wayleave_subscriptions',
  bot: 'wayleave_bot',
} as const satisfies Record<Exclude<StoreRole, 'migrate'>, string>;

const read = ['select'] as const;
const write = ['select', 'insert', 'update'] as const;
const all = ['select', 'insert', 'update', 'delete'] as const;

/**
 * What each part may do with each table, and nothing else (design, section 2). `migrate` grants it, `openStore` checks it.
 * Rows that are tombstones or evidence cannot be deleted by anybody.
 */
export const rights: Readonly<Record<keyof typeof roleNames, Readonly<Record<string, readonly Privilege[]>>>> = {
  operator: {
    schema_migrations: read,
    installation: read,
    subscriptions: write,
    credentials: write,
    subscription_tokens: write,
    entitlements: write,
    subscription_states: write,
    panels: write,
    panel_clients: all,
    panel_usage: write,
    usage_baselines: write,
    revocations: write,
    traffic_marks: ['select', 'insert'],
    // A new address ends the foreign ones too.
    aliases: ['select', 'update'],
  },
  // Sees no payment, no revocation and no reason for one; it can change nothing that decides over access but which devices
  // a customer has.
  subscriptions: {
    schema_migrations: read,
    subscriptions: read,
    credentials: read,
    subscription_tokens: read,
    entitlements: read,
    subscription_states: read,
    panels: read,
    panel_clients: read,
    panel_usage: read,
    usage_baselines: read,
    customer_languages: read,
    shop_renderings: read,
    aliases: read,
    devices: all,
    token_uses: all,
  },
  bot: {
    schema_migrations: read,
    installation: read,
    subscriptions: write,
    credentials: ['select', 'insert'],
    subscription_tokens: write,
    entitlements: write,
    subscription_states: read,
    panels: read,
    panel_clients: read,
    panel_usage: read,
    usage_baselines: write,
    // What a renewal makes undone is withdrawn.
    revocations: write,
    aliases: all,
    devices: ['select', 'delete'],
    shops: write,
    shop_renderings: write,
    customers: write,
    // Of nobody's payment, once it is surely none: docs/operations/retention.md.
    orders: all,
    attempts: all,
    charges: write,
    transfers: write,
    transfer_messages: all,
    ledger_entries: ['select', 'insert'],
    refunds: write,
    outbox: all,
    timers: all,
    notices: all,
    traffic_marks: ['select', 'update', 'delete'],
    admins: write,
    audit: ['select', 'insert'],
    dialogs: all,
    support_messages: ['select', 'insert', 'delete'],
    jobs: write,
  },
};
