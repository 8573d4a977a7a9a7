-- What the subscription service remembers by itself: devices, addresses of other products, and which addresses are in use.

-- Devices that fetched a subscription with a limit. Of what a device says of itself only a hash, with the subscription, is
-- kept: the same phone is another one elsewhere.
create table devices (
  subscription_id uuid not null references subscriptions on delete cascade,
  hash bytea not null check (octet_length(hash) = 32),
  -- Stands for it in buttons and on the page.
  id uuid not null unique default gen_random_uuid(),
  model text not null default '' check (length(model) <= 64),
  os text not null default '' check (length(os) <= 64),
  first_seen_at timestamptz not null default now(),
  -- About; a day old at most.
  last_seen_at timestamptz not null default now(),
  primary key (subscription_id, hash)
);

-- Counts a device in if there is room, whoever else tries at the same time. Devices that were away for longer than `rest`
-- have lost their place. Each statement sees what was committed before it began, so whoever waited for the lock sees what
-- the one before him wrote.
create function register_device(subscription uuid, device bytea, device_model text, device_os text, rest interval)
returns text language plpgsql as $$
declare
  most integer;
begin
  perform pg_advisory_xact_lock(hashtextextended(subscription::text, 5715));
  select device_limit into most from wayleave.entitlements where subscription_id = subscription;
  if most is null then
    return 'unlimited';
  end if;
  delete from wayleave.devices where subscription_id = subscription and last_seen_at <= now() - rest;
  update wayleave.devices set last_seen_at = now() where subscription_id = subscription and hash = device;
  if found then
    return 'known';
  end if;
  if (select count(*) from wayleave.devices where subscription_id = subscription) >= most then
    return 'full';
  end if;
  insert into wayleave.devices (subscription_id, hash, model, os)
  values (subscription, device, device_model, device_os);
  perform wayleave.announce_changes(array[subscription]);
  return 'registered';
end $$;

-- Addresses that another product gave out, and that go on working. Looked up by hash like our own, and never stored.
create table aliases (
  alias_hash bytea primary key check (octet_length(alias_hash) = 32),
  subscription_id uuid not null references subscriptions on delete cascade,
  created_at timestamptz not null default now(),
  created_by text not null,
  -- From here on it answers a notice for a while, then nothing.
  ends_at timestamptz
);
create index aliases_of_subscription on aliases (subscription_id);

-- Which addresses were asked for lately, to the hour: what a service that starts reads first.
create table token_uses (
  token_hash bytea primary key check (octet_length(token_hash) = 32),
  used_at timestamptz not null
) with (fillfactor = 80);
create index token_uses_recent on token_uses (used_at desc);
