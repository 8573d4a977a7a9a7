import { parseQuantityBytes } from '../api/index.ts';
import type { Queryable } from '../store/index.ts';
import { readEntries } from './append.ts';
import { entitlementAt, type Entitlement } from './fold.ts';
import { askFor } from './outbox.ts';
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
 * Writes what a subscription's ledger comes to now: the entitlement that phones, panels and the bot read, the moments at
 * which time alone changes it, and the order to carry it into the cluster. The caller holds the subscription's row lock.
 *
 * @returns nothing when nothing was ever granted
 */
export async function refold(tx: Queryable, subscriptionId: string): Promise<Refolded | undefined> {
  const entries = await readEntries(tx, subscriptionId);
  const [clock] = await tx.query<{ nowMs: number }>('select wayleave.wall_clock() as "nowMs"');
  const entitlement = entitlementAt(entries, Math.floor((clock?.nowMs ?? 0) / 1000));
  if (entitlement === undefined) return undefined;
  const { terms, access, expiresAt, changesAt } = entitlement;
  const written = await tx.query<{ revision: bigint }>(
    `insert into wayleave.entitlements as e
       (subscription_id, source, title, expires_at, access, traffic_limit_bytes, device_limit, terms_digest)
     values ($1, 'ledger', $2, to_timestamp($3), $4, $5, $6, md5($7::jsonb::text))
     on conflict (subscription_id) do update set source = 'ledger', title = excluded.title,
       expires_at = excluded.expires_at, access = excluded.access,
       traffic_limit_bytes = excluded.traffic_limit_bytes, device_limit = excluded.device_limit,
       terms_digest = excluded.terms_digest, revision = e.revision + 1, updated_at = now()
     where (e.source, e.title, e.expires_at, e.access, e.traffic_limit_bytes, e.device_limit, e.terms_digest)
           is distinct from ('ledger', excluded.title, excluded.expires_at, excluded.access, excluded.traffic_limit_bytes,
                             excluded.device_limit, excluded.terms_digest)
     returning revision`,
    [
      subscriptionId,
      JSON.stringify(terms.title),
      expiresAt,
      access,
      terms.trafficLimit === undefined ? null : parseQuantityBytes(terms.trafficLimit),
      terms.deviceLimit ?? null,
      JSON.stringify(beyondColumns(terms)),
    ],
  );
  await setTimer(tx, subscriptionId, 'refold', changesAt);
  const [first] = written;
  if (first !== undefined) {
    await setTimer(tx, subscriptionId, 'remind', Math.floor((clock?.nowMs ?? 0) / 1000));
    await setTimer(tx, subscriptionId, 'retire', expiresAt + retireAfterSeconds);
    await tx.query('select wayleave.announce_changes(array[$1::uuid])', [subscriptionId]);
    await askFor(tx, 'project', subscriptionId);
    return { entitlement, revision: Number(first.revision), changed: true };
  }
  const [known] = await tx.query<{ revision: bigint }>(
    'select revision from wayleave.entitlements where subscription_id = $1',
    [subscriptionId],
  );
  return { entitlement, revision: Number(known?.revision ?? 0n), changed: false };
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
  await tx.query(
    `insert into wayleave.timers (subscription_id, purpose, due_at) values ($1, $2, to_timestamp($3))
     on conflict (subscription_id, purpose) do update set due_at = excluded.due_at`,
    [subscriptionId, purpose, dueAt],
  );
}
