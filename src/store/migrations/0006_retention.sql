-- What is deleted when its time is over, found by age. Which tables, and after how long: docs/operations/retention.md.

create index orders_unpaid on orders (shop_id, closed_at) where state in ('canceled', 'expired', 'superseded');
create index notices_over on notices (shop_id, closed_at) where state in ('sent', 'dropped');
create index support_messages_by_age on support_messages (shop_id, created_at);
create index transfer_messages_by_age on transfer_messages (coalesce(closed_at, claimed_until));
create index traffic_marks_noticed on traffic_marks (noticed_at) where noticed_at is not null;
create index devices_by_age on devices (last_seen_at);

-- Whatever refers to an order is asked for before it goes, by us and by its foreign keys.
create index orders_superseding on orders (superseded_by) where superseded_by is not null;
create index transfers_of_order on transfers (order_id, attempt);
create index ledger_of_order on ledger_entries (order_id) where order_id is not null;
