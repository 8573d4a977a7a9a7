import type { Queryable } from './store.ts';

export type RevocationReason = 'Deleted' | 'KeysRotated' | 'Deselected' | 'PanelDraining' | 'Expired';

/** The only licence to remove a client from a panel. */
export interface Revocation {
  readonly panelId: string;
  readonly subscriptionId: string;
  readonly generation: number;
  readonly email: string;
  readonly reason: RevocationReason;
  /** Who, for the record: a part of the program or a person. */
  readonly decidedBy: string;
}

export interface OpenRevocation extends Revocation {
  readonly id: bigint;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
  /** Held back as a likely accident, and not permitted since. */
  readonly held: boolean;
  /** May be carried out. */
  readonly permitted: boolean;
}

const openColumns = `
  id, panel_id as "panelId", subscription_id as "subscriptionId", generation, email, reason, decided_by as "decidedBy",
  created_at as "createdAtMs", held_at is not null and permitted_at is null as held, permitted_at is not null as permitted`;

/**
 * Records decisions to remove clients. A client that has an open one keeps it.
 *
 * @returns how many were added
 */
export async function addRevocations(db: Queryable, batch: readonly Revocation[]): Promise<number> {
  const added = await db.query(
    `insert into wayleave.revocations (panel_id, subscription_id, generation, email, reason, decided_by)
     select * from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[])
       as w (panel_id, subscription_id, generation, email, reason, decided_by)
     order by w.panel_id, w.email
     on conflict (panel_id, email) where done_at is null and withdrawn_at is null do nothing
     returning id`,
    [
      batch.map((item) => item.panelId),
      batch.map((item) => item.subscriptionId),
      batch.map((item) => item.generation),
      batch.map((item) => item.email),
      batch.map((item) => item.reason),
      batch.map((item) => item.decidedBy),
    ],
  );
  return added.length;
}

/** What is left to remove from a panel, oldest first. */
export async function openRevocations(db: Queryable, panelId: string): Promise<OpenRevocation[]> {
  return db.query<OpenRevocation>(
    `select ${openColumns} from wayleave.revocations
     where panel_id = $1 and done_at is null and withdrawn_at is null order by id`,
    [panelId],
  );
}

/** What is left to remove of these subscriptions on any panel, oldest first. */
export async function openRevocationsOf(db: Queryable, subscriptionIds: readonly string[]): Promise<OpenRevocation[]> {
  return db.query<OpenRevocation>(
    `select ${openColumns} from wayleave.revocations
     where subscription_id = any($1::uuid[]) and done_at is null and withdrawn_at is null order by id`,
    [subscriptionIds],
  );
}

/**
 * Which of these are open, locked in one order: a panel's loop, a resource that comes back and a renewal may all decide
 * about the same ones. @param condition what else has to hold of `r`
 */
function openOf(condition = 'true', from = 'wayleave.revocations r'): string {
  return `
    select r.id from ${from}
    where r.id = any($1::bigint[]) and r.done_at is null and r.withdrawn_at is null and ${condition}
    order by r.id for no key update of r`;
}

/** Records that these wait for a person, also where they had been permitted before. */
export async function holdRevocations(db: Queryable, ids: readonly bigint[]): Promise<void> {
  await db.query(
    `with open as (${openOf('(r.held_at is null or r.permitted_at is not null)')})
     update wayleave.revocations r set held_at = coalesce(r.held_at, now()), permitted_at = null
     from open where r.id = open.id`,
    [ids],
  );
}

/** Records that these may be carried out; from here on the addresses of deleted subscriptions among them are dead. */
export async function permitRevocations(db: Queryable, ids: readonly bigint[]): Promise<void> {
  await db.query(
    // Subscriptions are locked before what hangs on them.
    `with ends as materialized (
       select from wayleave.subscriptions s
       where s.id in (select subscription_id from wayleave.revocations where id = any($1::bigint[]))
         and s.deleted_at is not null and s.closed_at is null
       order by s.namespace collate "C", s.name collate "C" for no key update
     ), open as (${openOf('r.permitted_at is null', 'wayleave.revocations r cross join (select count(*) from ends) as held')}
     ), permitted as (
       update wayleave.revocations r set permitted_at = now() from open where r.id = open.id returning r.subscription_id
     ), closed as (
       update wayleave.subscriptions set closed_at = now()
       where id in (select subscription_id from permitted) and deleted_at is not null and closed_at is null
       returning id)
     select wayleave.announce_changes(array_agg(id)) from closed`,
    [ids],
  );
}

/**
 * Records that the panel was seen without these clients, and stops counting on them. A revocation that was withdrawn in
 * the meantime stays withdrawn and its client is repaired as drift.
 */
export async function finishRevocations(db: Queryable, ids: readonly bigint[]): Promise<void> {
  await db.query(
    `with open as (${openOf()}
     ), done as (
       update wayleave.revocations r set done_at = now() from open where r.id = open.id
       returning r.panel_id, r.subscription_id, r.generation
     ), held as (
       select c.panel_id, c.subscription_id, c.generation
       from done d join wayleave.panel_clients c using (panel_id, subscription_id, generation)
       order by c.subscription_id, c.panel_id, c.generation for update of c
     ), gone as (
       delete from wayleave.panel_clients c using held h
       where (c.panel_id, c.subscription_id, c.generation) = (h.panel_id, h.subscription_id, h.generation)
       returning c.subscription_id)
     select wayleave.announce_changes(array_agg(distinct subscription_id)) from gone`,
    [ids],
  );
}

/** Takes decisions back that are not carried out yet. */
export async function withdrawRevocations(db: Queryable, ids: readonly bigint[]): Promise<void> {
  await db.query(
    `with open as (${openOf()})
     update wayleave.revocations r set withdrawn_at = now() from open where r.id = open.id`,
    [ids],
  );
}

/** A removal that was carried out. */
export interface RecentRevocation {
  readonly reason: RevocationReason;
  /** Epoch milliseconds at which it was asked for. */
  readonly createdAtMs: number;
  /** Epoch milliseconds at which the client was gone. */
  readonly doneAtMs: number;
}

/** Removals from a panel that were carried out within the last `withinMs`, by the database's clock. */
export async function recentRevocations(
  db: Queryable,
  panelId: string,
  withinMs: number,
): Promise<readonly RecentRevocation[]> {
  return db.query(
    `select reason, created_at as "createdAtMs", done_at as "doneAtMs" from wayleave.revocations
     where panel_id = $1 and done_at > now() - make_interval(secs => $2::float8 / 1000)`,
    [panelId, withinMs],
  );
}
