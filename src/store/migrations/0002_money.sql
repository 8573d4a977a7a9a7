-- The shop: customers, orders, charges, the ledger, and the work that follows from them. Why so: the architecture page.
-- shop_id stands for (namespace, shop) and is part of every unique key.

-- The one clock of money. Tests replace this function to let months pass. Stable, so that indexes are used.
create function wall_clock() returns timestamptz language sql stable as $$
  select clock_timestamp();
$$;

create table shops (
  id uuid primary key,
  namespace text not null,
  name text not null,
  mode text not null check (mode in ('live', 'test')),
  -- Telegram's id of the bot that customers write to. Another bot cannot write to them.
  bot_id bigint,
  -- What providers report from before this instant is none of ours.
  accept_from timestamptz not null default now(),
  -- After a restore nobody is refunded before a person has looked.
  refunds_paused_at timestamptz,
  refunds_paused_by text,
  created_at timestamptz not null default now(),
  unique (namespace, name)
);

create table customers (
  id uuid primary key,
  shop_id uuid not null references shops,
  -- Null after erasure.
  telegram_id bigint,
  name text not null default '',
  user_name text,
  language text,
  terms_version text,
  terms_accepted_at timestamptz,
  banned_at timestamptz,
  banned_by text,
  ban_reason text,
  -- Blocked the bot, or deleted the account.
  unreachable_since timestamptz,
  -- The one trial, claimed before it is granted.
  trial_subscription_id uuid,
  referred_by uuid references customers,
  created_at timestamptz not null default now(),
  seen_at timestamptz not null default now(),
  unique (shop_id, telegram_id)
);

-- Whose it is; null on what a person made by hand.
alter table subscriptions add column customer_id uuid references customers;
create index subscriptions_of_customer on subscriptions (customer_id, created_at) where customer_id is not null;
-- Expired for so long that it has no resource any more; its address goes on answering, and a renewal brings it back.
alter table subscriptions add column retired_at timestamptz;
create index subscriptions_projected on subscriptions (namespace, id) where source = 'ledger' and retired_at is null;
create index subscriptions_retired on subscriptions (namespace, retired_at) where retired_at is not null;

-- Digest of what the ledger entitles to beyond the other columns, such as which panels: whatever a resource shows makes a
-- revision of its own when it changes.
alter table entitlements add column terms_digest text;

create table orders (
  id uuid primary key,
  shop_id uuid not null references shops,
  customer_id uuid not null references customers,
  -- Allocated with the order; the subscription begins to exist with its first grant.
  subscription_id uuid not null,
  plan_name text not null,
  -- PlanTerms: what the plan said when the order was placed.
  terms jsonb not null check (jsonb_typeof(terms) = 'object'),
  state text not null default 'pending' check (state in ('pending', 'paid', 'canceled', 'expired', 'superseded')),
  superseded_by uuid references orders,
  -- Of an order that a provider collected by itself: the first of the series, which the payload goes on naming.
  renews uuid references orders,
  -- A person looks at a receipt: until he decides the order does not expire.
  review_since timestamptz,
  -- Only hides the button; whatever is paid later is accepted.
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  -- The entitlement's revision that its grant made, and when that reached enough panels.
  granted_revision bigint,
  provisioned_at timestamptz,
  -- The one message that shows how far it is.
  chat_id bigint,
  message_id bigint
);
-- The payment lock: a double click finds the order that is there.
create unique index orders_pending on orders (shop_id, subscription_id) where state = 'pending';
create index orders_of_customer on orders (customer_id, created_at desc);
create index orders_of_subscription on orders (subscription_id);
create index orders_renewing on orders (renews) where renews is not null;
create index orders_to_expire on orders (expires_at) where state = 'pending' and review_since is null;
create index orders_unprovisioned on orders (closed_at) where state = 'paid' and provisioned_at is null;

-- One way to pay an order: another method is another attempt.
create table attempts (
  order_id uuid not null references orders,
  number integer not null check (number >= 1),
  -- Name of the shop's payment method, and what stands behind it.
  method text not null,
  provider text not null,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  -- The provider's id of what the customer pays.
  reference text,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  primary key (order_id, number)
);

-- Every verified charge, recorded before anything is made of it.
create table charges (
  shop_id uuid not null references shops,
  provider text not null,
  charge_id text not null,
  order_id uuid references orders,
  attempt integer,
  customer_id uuid references customers,
  -- The provider's id of who paid.
  payer text,
  amount_minor bigint not null check (amount_minor > 0),
  currency text not null,
  live boolean not null,
  disposition text not null check (disposition in ('granted', 'surplus', 'mismatch', 'orphan', 'foreign', 'blocked')),
  -- Why, for people.
  reason text not null default '',
  paid_at timestamptz not null,
  recorded_at timestamptz not null default now(),
  -- How we learned of it.
  source text not null check (source in ('update', 'reconciliation', 'admin')),
  raw jsonb not null default '{}',
  refunded_minor bigint not null default 0 check (refunded_minor between 0 and amount_minor),
  -- What needs a person has an owner, and leaves the queue with what was done.
  owner text,
  settled_at timestamptz,
  settled_by text,
  settlement text check (settlement in ('granted', 'refunded', 'extended', 'dismissed')),
  -- Short enough for a button; means nothing outside.
  handle uuid not null unique default gen_random_uuid(),
  primary key (shop_id, provider, charge_id)
);
create unique index charges_one_grant on charges (order_id) where disposition = 'granted';
create index charges_of_order on charges (order_id);
create index charges_of_customer on charges (customer_id, recorded_at desc);
create index charges_queue on charges (shop_id, recorded_at)
  where settled_at is null and disposition in ('surplus', 'mismatch', 'orphan', 'blocked');
create index charges_revenue on charges (shop_id, paid_at) where disposition = 'granted';

-- A receipt of a transfer, for a person to look at. Decided exactly once.
create table transfers (
  id uuid primary key,
  shop_id uuid not null references shops,
  order_id uuid not null references orders,
  attempt integer not null,
  customer_id uuid not null references customers,
  photo_file_id text,
  photo_unique_id text,
  photo_sha256 bytea,
  -- The same picture was shown before.
  repeats uuid references transfers,
  created_at timestamptz not null default now(),
  decision text check (decision in ('approved', 'declined')),
  decided_by text,
  decided_at timestamptz,
  decline_reason text,
  foreign key (order_id, attempt) references attempts
);
create unique index transfers_open on transfers (order_id) where decision is null;
create index transfers_queue on transfers (shop_id, created_at) where decision is null;
create index transfers_by_photo on transfers (shop_id, photo_unique_id);
create index transfers_by_picture on transfers (shop_id, photo_sha256);

-- Where an admin looks at a receipt. A row is claimed before the message is sent, and closed when the message says what
-- was decided.
create table transfer_messages (
  transfer_id uuid not null references transfers,
  admin_chat_id bigint not null,
  message_id bigint,
  claimed_until timestamptz not null,
  closed_at timestamptz,
  primary key (transfer_id, admin_chat_id)
);
create index transfer_messages_open on transfer_messages (transfer_id) where closed_at is null;

-- What a subscription is entitled to is a fold over these rows, in order of sequence, which is assigned under the
-- subscription's row lock. Rows are never changed or deleted.
create table ledger_entries (
  subscription_id uuid not null references subscriptions,
  sequence bigint not null check (sequence >= 1),
  id uuid not null unique,
  shop_id uuid not null references shops,
  -- By Postgres' clock, in whole seconds, never before that of the entry before.
  at timestamptz not null,
  kind text not null check (kind in ('grant', 'reversal', 'hold', 'release', 'reset')),
  source text not null check (source in ('charge', 'trial', 'admin', 'compensation', 'refund', 'dispute', 'ban', 'renewal')),
  -- What brought it about, so that the same thing told twice is one entry.
  cause text not null,
  -- Of a grant.
  length_seconds bigint check (length_seconds > 0),
  terms jsonb check (jsonb_typeof(terms) = 'object'),
  -- The grant that a reversal reverses, the hold that a release ends.
  target uuid references ledger_entries (id),
  -- Of a reversal in part: how much of what was paid went back.
  refunded_minor bigint,
  paid_minor bigint,
  order_id uuid references orders,
  author text not null,
  reason text not null default '',
  primary key (subscription_id, sequence),
  unique (subscription_id, cause),
  check ((kind = 'grant') = (length_seconds is not null and terms is not null)),
  check ((kind in ('reversal', 'release')) = (target is not null)),
  check ((refunded_minor is null) = (paid_minor is null))
);
-- One grant per order.
create unique index ledger_one_grant on ledger_entries (order_id) where kind = 'grant' and order_id is not null;

create table refunds (
  id uuid primary key,
  shop_id uuid not null references shops,
  provider text not null,
  charge_id text not null,
  -- The provider's id of the refund, or our own for one that we ask for.
  refund_key text not null,
  amount_minor bigint not null check (amount_minor > 0),
  reason text not null default '',
  requested_by text not null,
  state text not null check (state in ('requested', 'confirmed', 'refused')),
  refusal text,
  created_at timestamptz not null default now(),
  closed_at timestamptz,
  unique (shop_id, provider, refund_key),
  foreign key (shop_id, provider, charge_id) references charges
);
create index refunds_of_charge on refunds (shop_id, provider, charge_id);
create index refunds_by_day on refunds (shop_id, requested_by, created_at);
create index refunds_refused on refunds (shop_id, closed_at) where state = 'refused';
create index refunds_revenue on refunds (shop_id, closed_at) where state = 'confirmed';

-- Work to be done outside Postgres, one row per thing: asking again raises its version, so nothing that happened while it
-- was being done is lost, and one key is never worked on twice at a time.
create table outbox (
  topic text not null check (topic in ('project', 'progress', 'refund')),
  key text not null,
  shop_id uuid references shops,
  version bigint not null default 1,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  next_at timestamptz not null default now(),
  -- Whose it is until when; another claim is another fence.
  claim uuid,
  claimed_until timestamptz,
  last_error text,
  primary key (topic, key)
);
create index outbox_due on outbox (topic, next_at);

-- Moments at which time alone changes something.
create table timers (
  subscription_id uuid not null references subscriptions,
  purpose text not null check (purpose in ('refold', 'remind', 'retire')),
  due_at timestamptz not null,
  primary key (subscription_id, purpose)
);
create index timers_due on timers (purpose, due_at) include (subscription_id);

-- What a customer is told. The key says about what, so the same is never told twice.
create table notices (
  id uuid primary key,
  shop_id uuid not null references shops,
  customer_id uuid not null references customers,
  subscription_id uuid,
  kind text not null,
  dedupe text not null,
  payload jsonb not null default '{}',
  -- Receipts come at least once; a reminder whose sending is in doubt is not sent again.
  delivery text not null check (delivery in ('at-least-once', 'at-most-once')),
  created_at timestamptz not null default now(),
  next_at timestamptz not null default now(),
  -- Later than this it is of no use.
  useful_until timestamptz,
  attempts integer not null default 0,
  claim uuid,
  claimed_until timestamptz,
  state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'dropped')),
  outcome text,
  closed_at timestamptz,
  unique (shop_id, customer_id, kind, dedupe)
);
create index notices_due on notices (shop_id, next_at) where state in ('waiting', 'sending');
create index notices_of_customer on notices (customer_id, created_at desc);

-- The operator writes one when a subscription's traffic passes a mark; since_ms tells this period from the next.
create table traffic_marks (
  subscription_id uuid not null references subscriptions,
  percent integer not null check (percent between 1 and 100),
  since timestamptz not null,
  created_at timestamptz not null default now(),
  noticed_at timestamptz,
  primary key (subscription_id, percent, since)
);
create index traffic_marks_new on traffic_marks (created_at) where noticed_at is null;

create table admins (
  id uuid primary key,
  shop_id uuid not null references shops,
  telegram_id bigint not null,
  name text not null default '',
  role text not null check (role in ('support', 'finance', 'owner')),
  -- In minor units of the currency that is refunded; null: the role's.
  daily_refund_cap_minor bigint check (daily_refund_cap_minor >= 0),
  added_by text not null,
  created_at timestamptz not null default now(),
  removed_at timestamptz,
  unique (shop_id, telegram_id)
);

create table audit (
  id bigint generated always as identity primary key,
  shop_id uuid not null references shops,
  at timestamptz not null default now(),
  actor text not null,
  action text not null,
  subject text not null,
  detail jsonb not null default '{}',
  -- What makes a repeated act one row.
  cause text not null default gen_random_uuid()::text,
  unique (shop_id, cause)
);
create index audit_of_subject on audit (shop_id, subject, id desc);

-- What a chat is in the middle of, so that any replica can go on.
create table dialogs (
  shop_id uuid not null references shops,
  telegram_id bigint not null,
  state jsonb not null,
  expires_at timestamptz not null,
  primary key (shop_id, telegram_id)
);
create index dialogs_by_end on dialogs (shop_id, expires_at);

-- A customer's message that was handed to the admins: a reply to the copy goes back to him.
create table support_messages (
  shop_id uuid not null references shops,
  admin_chat_id bigint not null,
  admin_message_id bigint not null,
  customer_id uuid not null references customers,
  customer_message_id bigint not null,
  created_at timestamptz not null default now(),
  primary key (shop_id, admin_chat_id, admin_message_id)
);
create index support_messages_of_customer on support_messages (customer_id, created_at);

-- Where each job is, and when it last came to its end.
create table jobs (
  shop_id uuid not null references shops,
  name text not null,
  cursor text not null default '',
  last_success_at timestamptz,
  last_error text,
  primary key (shop_id, name)
);

-- Rings for whoever works off the outbox. A doorbell, not a record.
create function ring_outbox() returns void language sql as $$
  select pg_notify('wayleave_outbox', '');
$$;
