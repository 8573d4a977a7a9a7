-- Which state lives here, and why: the architecture page. Namespace (and shop, with the shop) are part of every key.
-- Unqualified names land in schema wayleave. Roles and grants are not here: rights.ts.

-- One row: the identity that marks our clients on every panel.
create table installation (
  only_row boolean primary key default true check (only_row),
  id uuid not null default gen_random_uuid(),
  created_at timestamptz not null default now()
);
insert into installation default values;

-- Identity. Rows are tombstones too: they stay when the resource goes, so that the same subscription gets the same UUID
-- and token back.
create table subscriptions (
  id uuid primary key,
  namespace text not null,
  name text not null,
  shop text,
  source text not null check (source in ('resource', 'ledger')),
  -- Part of the e-mail on panels (wl-<short_id>); lower-case letters and digits.
  short_id text not null unique check (short_id ~ '^[a-z0-9]{8,16}$'),
  created_at timestamptz not null default now(),
  deleted_at timestamptz,
  -- From here on its addresses answer nothing. Later than deleted_at where revocations were held back.
  closed_at timestamptz,
  -- Its clients were left on the panels when it was deleted, so those found there later are not removed.
  orphaned boolean not null default false,
  check (closed_at is null or deleted_at is not null),
  unique (namespace, name)
);

create table credentials (
  subscription_id uuid not null references subscriptions on delete cascade,
  generation integer not null check (generation >= 1),
  client_uuid uuid not null unique,
  created_at timestamptz not null default now(),
  primary key (subscription_id, generation)
);

-- Tokens are looked up by hash and derived under the token key, never stored.
create table subscription_tokens (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  subscription_id uuid not null references subscriptions on delete cascade,
  serial integer not null check (serial >= 1),
  key_id text not null,
  created_at timestamptz not null default now(),
  -- From here on it answers a notice for a while, then nothing.
  retired_at timestamptz,
  -- From here on it answers nothing. A closed subscription's tokens are dead without this, and come back with it.
  revoked_at timestamptz,
  unique (subscription_id, serial)
);
-- At most one address is alive.
create unique index subscription_tokens_active on subscription_tokens (subscription_id)
  where retired_at is null and revoked_at is null;

-- What was paid for (source ledger, written by the fold) or declared by hand (source resource, written by the operator).
create table entitlements (
  subscription_id uuid primary key references subscriptions on delete cascade,
  source text not null check (source in ('resource', 'ledger')),
  -- {"default": "…", "<language>": "…"}
  title jsonb not null default '{}' check (jsonb_typeof(title) = 'object'),
  expires_at timestamptz check (isfinite(expires_at)),
  access text not null default 'granted' check (access in ('granted', 'denied')),
  traffic_limit_bytes bigint check (traffic_limit_bytes > 0),
  device_limit integer check (device_limit > 0),
  revision bigint not null default 1 check (revision >= 1),
  provisioned_revision bigint not null default 0 check (provisioned_revision between 0 and revision),
  provisioned_at timestamptz,
  updated_at timestamptz not null default now()
);
create index entitlements_expiry on entitlements (expires_at) where expires_at is not null;

-- What the operator adds to an entitlement: facts about the resource and the usage.
create table subscription_states (
  subscription_id uuid primary key references subscriptions on delete cascade,
  suspended boolean not null default false,
  limited boolean not null default false,
  updated_at timestamptz not null default now()
);

create table panels (
  id uuid primary key,
  namespace text not null,
  name text not null,
  location text not null default '',
  -- What no two panels share; null until the first complete reading.
  identity text,
  -- [{"inbound": "<tag>", "endpoint": {…}}] in the order to serve; last complete reading, a failed probe never touches it.
  endpoints jsonb not null default '[]' check (jsonb_typeof(endpoints) = 'array'),
  updated_at timestamptz not null default now(),
  removed_at timestamptz,
  unique (namespace, name)
);

-- A client that a panel was seen to hold. A row leaves only by a recorded decision, never because a panel lacks it.
create table panel_clients (
  panel_id uuid not null references panels on delete cascade,
  subscription_id uuid not null,
  generation integer not null,
  email text not null,
  -- Tags of the inbounds it is on.
  inbounds text[] not null,
  -- Of what was desired when the panel was seen to hold it; an equal one means nothing to do.
  fingerprint text not null,
  enabled boolean not null,
  first_confirmed_at timestamptz not null default now(),
  confirmed_at timestamptz not null default now(),
  primary key (subscription_id, panel_id, generation),
  unique (panel_id, email),
  foreign key (subscription_id, generation) references credentials on delete cascade
);

-- A panel's counters only grow within an epoch; one that fell was reset or wiped and opens the next.
create table panel_usage (
  panel_id uuid not null references panels on delete cascade,
  subscription_id uuid not null references subscriptions on delete cascade,
  email text not null,
  epoch integer not null default 0,
  counter_up bigint not null check (counter_up >= 0),
  counter_down bigint not null check (counter_down >= 0),
  -- Sums of all epochs before this one.
  past_up bigint not null default 0,
  past_down bigint not null default 0,
  last_online timestamptz,
  updated_at timestamptz not null default now(),
  primary key (subscription_id, panel_id, email)
) with (fillfactor = 80); -- rows change in place at every poll

-- What was used before the last reset or renewal does not count against the limit.
create table usage_baselines (
  subscription_id uuid primary key references subscriptions on delete cascade,
  up bigint not null,
  down bigint not null,
  reset_at timestamptz not null default now(),
  reason text not null
);

-- The only licence to remove a client: who decided it, and why.
create table revocations (
  id bigint generated always as identity primary key,
  panel_id uuid not null references panels on delete cascade,
  subscription_id uuid not null references subscriptions on delete cascade,
  generation integer not null,
  email text not null,
  reason text not null check (reason in ('Deleted', 'KeysRotated', 'Deselected', 'PanelDraining', 'Expired')),
  decided_by text not null,
  created_at timestamptz not null default now(),
  -- Too many at once: waits for a person.
  held_at timestamptz,
  permitted_at timestamptz,
  done_at timestamptz,
  withdrawn_at timestamptz,
  check (done_at is null or withdrawn_at is null)
);
create unique index revocations_open on revocations (panel_id, email) where done_at is null and withdrawn_at is null;
create index revocations_open_of_subscription on revocations (subscription_id)
  where done_at is null and withdrawn_at is null;
create index revocations_recent on revocations (panel_id, created_at);

-- Rings for those who cache subscriptions. A doorbell, not a record: listeners that were away read everything again.
-- '*' stands for all of them. 200 ids stay below the 8,000 bytes of a payload.
create function announce_changes(subscription_ids uuid[]) returns void language plpgsql as $$
declare
  total integer := coalesce(cardinality(subscription_ids), 0);
begin
  if total > 2000 then
    perform pg_notify('wayleave_changed', '*');
    return;
  end if;
  for low in 1..total by 200 loop
    perform pg_notify('wayleave_changed', array_to_string(subscription_ids[low:low + 199], ','));
  end loop;
end $$;
