-- One login for each part, so that the subscription service, which the whole world talks to, sees no payments. Run it as
-- an administrator of Postgres 15 or newer, each password once replaced, and then `create database`, which does not go
-- together with other statements:
--
--   psql --file postgres-roles.sql && createdb --owner wayleave_owner wayleave

-- Owns the schema; only `wayleave migrate` connects as it.
create role wayleave_owner login password 'replace-me-1';

-- What each part may do: `wayleave migrate` grants it.
create role wayleave_operator nologin;
create role wayleave_bot nologin;
create role wayleave_subscriptions nologin;

create role wayleave_operator_login login password 'replace-me-2' in role wayleave_operator;
create role wayleave_bot_login login password 'replace-me-3' in role wayleave_bot;
create role wayleave_subscriptions_login login password 'replace-me-4' in role wayleave_subscriptions;
