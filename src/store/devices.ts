import { isUuid } from './uuid.ts';
import type { Queryable } from './store.ts';

/** A device that was not seen for so many days has lost its place: people change phones without telling anybody. */
export const deviceRestDays = 60;

/** The most devices of one subscription that are ever read: the largest limit that a plan can have. */
export const mostDevices = 1000;

/** A device as its customer sees it. */
export interface KnownDevice {
  readonly id: string;
  /** Of what the device says of itself, in base64url. */
  readonly hash: string;
  /** As the app says; empty when it says nothing. */
  readonly model: string;
  readonly os: string;
  /** Epoch milliseconds. */
  readonly firstSeenMs: number;
  /** Epoch milliseconds, up to a day early. */
  readonly lastSeenMs: number;
}

/** `full`: the limit is reached, and it is not among those that are counted. `unlimited`: nothing is counted, or kept. */
export type Registration = 'known' | 'registered' | 'full' | 'unlimited';

export interface NewDevice {
  readonly subscriptionId: string;
  /** 32 bytes. */
  readonly hash: Buffer;
  /** Up to 64 characters. */
  readonly model: string;
  readonly os: string;
}

/** Counts a device in, if the limit leaves room; however many try at once, no more than the limit get in. */
export async function registerDevice(db: Queryable, device: NewDevice): Promise<Registration> {
  const [row] = await db.query<{ outcome: Registration }>(
    {
      name: 'register-device',
      text: `select wayleave.register_device($1, $2, $3, $4, make_interval(days => ${String(deviceRestDays)})) as outcome`,
    },
    [device.subscriptionId, device.hash, device.model, device.os],
  );
  return row?.outcome ?? 'unlimited';
}

/** Those that count, the latest first. */
export async function devicesOf(db: Queryable, subscriptionId: string): Promise<KnownDevice[]> {
  const rows = await db.query<Omit<KnownDevice, 'hash'> & { readonly hash: Buffer }>(
    `select id, hash, model, os, first_seen_at as "firstSeenMs", last_seen_at as "lastSeenMs" from wayleave.devices
     where subscription_id = $1 and last_seen_at > now() - make_interval(days => ${String(deviceRestDays)})
     order by last_seen_at desc, id limit ${String(mostDevices)}`,
    [subscriptionId],
  );
  return rows.map(({ hash, ...row }) => ({ ...row, hash: hash.toString('base64url') }));
}

/** Makes room for another one. @returns whether it was there, and of this subscription */
export async function removeDevice(db: Queryable, subscriptionId: string, deviceId: string): Promise<boolean> {
  if (!isUuid(deviceId)) return false;
  const rows = await db.query(
    `with gone as (delete from wayleave.devices where subscription_id = $1 and id = $2 returning subscription_id)
     select wayleave.announce_changes(array_agg(subscription_id)) from gone having count(*) > 0`,
    [subscriptionId, deviceId],
  );
  return rows.length > 0;
}

/** Notes that these devices were seen today. Unknown ones are passed over, and nobody is told: it changes no answer. */
export async function touchDevices(db: Queryable, ids: readonly string[]): Promise<void> {
  await db.query(
    `with wanted as (
       select d.subscription_id, d.hash from wayleave.devices d
       where d.id = any($1::uuid[]) and d.last_seen_at < now() - interval '1 hour'
       order by d.subscription_id, d.hash for update)
     update wayleave.devices d set last_seen_at = now() from wanted
     where d.subscription_id = wanted.subscription_id and d.hash = wanted.hash`,
    [ids],
  );
}

/** Forgets devices that have lost their place, whoever had a limit at that time. @returns how many, at most `limit` */
export async function forgetDevices(db: Queryable, limit: number): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `with gone as (
       delete from wayleave.devices where ctid = any(array(
         select ctid from wayleave.devices where last_seen_at <= now() - make_interval(days => ${String(deviceRestDays)})
         order by last_seen_at limit $1 for update skip locked)) returning 1)
     select count(*)::integer as count from gone`,
    [limit],
  );
  return row?.count ?? 0;
}
