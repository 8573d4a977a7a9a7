-- Money on its way back, and money that could not go back: few beside all refunds that ever were, looked for by charge
-- each time somebody asks what waits for a person.

create index refunds_open on refunds (shop_id, provider, charge_id) where state in ('requested', 'refused');
