-- What the subscription service shows in a shop's name. Why so: docs/subscriptions.md.

-- One for each namespace, which has one shop at most. A shop that is deleted leaves it: its customers' apps go on showing
-- what they showed, until another shop of the namespace says something else.
create table shop_renderings (
  namespace text primary key,
  shop text not null,
  -- As `ShopRendering` of src/store/shop-rendering.ts. Nothing secret and nothing personal.
  rendering jsonb not null,
  changed_at timestamptz not null default now()
);

-- All that the subscription service may know of customers.
create view customer_languages as select id, language from customers;

-- When counting begins anew, for whoever tells the customer; null as long as nobody wrote it.
alter table subscription_states add column traffic_reset text check (traffic_reset in ('Never', 'Renewal', 'Monthly'));
