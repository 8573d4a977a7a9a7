import { parseQuantityBytes } from '../api/index.ts';
import type { Queryable } from '../store/index.ts';
import { appendEntries, readLedgerNow, type EntryDraft } from './append.ts';
import { entitlementAt, type Entitlement } from './fold.ts';
import { askingFor, ringingFor } from './outbox.ts';
import type { PlanTerms } from './terms.ts';

/** An expired subscription stays in the cluster so long. */
export const retireAfterSeconds = 30 * 86_400;

export interface Refolded {
  readonly entitlement: Entitlement;
  /** Of `entitlements`; grows with every difference. */
  readonly revision: number;
  readonly changed: boolean;
}

/**
 * Appends entries to a subscription's ledger, and writes what that comes to now: the entitlement that phones, panels and
 * the bot read, the moments at which time alone changes it, and the order to carry it into the cluster. The caller holds
 * the subscription's row lock.
 *
 * @param drafts what is new; none where only time has passed
 * @returns nothing when nothing was ever granted
 */
export async function refold(
  tx: Queryable,
  subscriptionId: string,
  drafts: readonly EntryDraft[] = [],
): Promise<Refolded | undefined> {
  const { entries, now } = await (drafts.length === 0
    ? readLedgerNow(tx, subscriptionId)
    : appendEntries(tx, subscriptionId, drafts));
  const entitlement = entitlementAt(entries, now);
  return entitlement && { entitlement, ...(await writeEntitlement(tx, subscriptionId, entitlement, now)) };
}

const write = {
  name: 'write-entitlement',
  text: `
    with written as (
      insert into wayleave.entitlements as e
        (subscription_id, source, title, expires_at, access, traffic_limit_bytes, device_limit, terms_digest)
      values ($1::uuid, 'ledger', $2, to_timestamp($3), $4, $5, $6, md5($7::jsonb::text))
      on conflict (subscription_id) do update set source = 'ledger', title = excluded.title,
        expires_at = excluded.expires_at, access = excluded.access,
        traffic_limit_bytes = excluded.traffic_limit_bytes, device_limit = excluded.device_limit,
        terms_digest = excluded.terms_digest, revision = e.revision + 1, updated_at = now()
      where (e.source, e.title, e.expires_at, e.access, e.traffic_limit_bytes, e.device_limit, e.terms_digest)
            is distinct from ('ledger', excluded.title, excluded.expires_at, excluded.access,
                              excluded.traffic_limit_bytes, excluded.device_limit, excluded.terms_digest)
      returning revision),
    moments as (
      select 'refold' as purpose, $8::float8 as due_at
      union all
      select m.purpose, m.due_at from written, (values ('remind', $9::float8), ('retire', $10::float8)) as m (purpose, due_at)),
    timed as (${settingTimers(`select $1::uuid, purpose, to_timestamp(due_at) from moments where due_at is not null`)}),
    untimed as (
      delete from wayleave.timers where subscription_id = $1 and purpose = 'refold' and $8 is null),
    asked as (${askingFor(`select 'project', $1::text from written`)}),
    rung as materialized (
      select wayleave.announce_changes(array[$1::uuid]), ${ringingFor('project')} from written)
    select coalesce((select revision from written), e.revision) as revision, exists (select from written) as changed
    from (select count(*) from rung) as bells
    left join wayleave.entitlements e on e.subscription_id = $1`,
};

/** In one statement, because a payment is held for each. Nothing but the moment of the next fold where nothing differs. */
async function writeEntitlement(
  tx: Queryable,
  subscriptionId: string,
  { terms, access, expiresAt, changesAt }: Entitlement,
  now: number,
): Promise<{ readonly revision: number; readonly changed: boolean }> {
  const [row] = await tx.query<{ revision: bigint; changed: boolean }>(write, [
    subscriptionId,
    JSON.stringify(terms.title),
    expiresAt,
    access,
    terms.trafficLimit === undefined ? null : parseQuantityBytes(terms.trafficLimit),
    terms.deviceLimit ?? null,
    JSON.stringify(beyondColumns(terms)),
    changesAt ?? null,
    now,
    expiresAt + retireAfterSeconds,
  ]);
  return { revision: Number(row?.revision ?? 0n), changed: row?.changed ?? false };
}

/** What a resource shows of the terms and no column of its own keeps. */
function beyondColumns({ plan, panelSelector, maxPanels, minPanels, trafficLimit, trafficReset }: PlanTerms): object {
  return { plan, panelSelector, maxPanels, minPanels, trafficLimit, trafficReset };
}

export type TimerPurpose = 'refold' | 'remind' | 'retire';

/** @param dueAt epoch seconds; absent: never */
export async function setTimer(
  tx: Queryable,
  subscriptionId: string,
  purpose: TimerPurpose,
  dueAt: number | undefined,
): Promise<void> {
  if (dueAt === undefined) {
    await tx.query('delete from wayleave.timers where subscription_id = $1 and purpose = $2', [
      subscriptionId,
      purpose,
    ]);
    return;
  }
  await tx.query(settingTimers('values ($1::uuid, $2::text, to_timestamp($3::float8))'), [
    subscriptionId,
    purpose,
    dueAt,
  ]);
}

/** @param moments SQL that gives subscription, purpose and moment */
function settingTimers(moments: string): string {
  return `
    insert into wayleave.timers (subscription_id, purpose, due_at) ${moments}
    on conflict (subscription_id, purpose) do update set due_at = excluded.due_at`;
}
