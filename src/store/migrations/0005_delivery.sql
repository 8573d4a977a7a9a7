-- For how many panels a subscription is meant, for whoever tells the customer what is still to come; null as long as nobody
-- wrote it. How many hold it is in panel_clients.
alter table subscription_states add column panels_wanted integer check (panels_wanted >= 0);
