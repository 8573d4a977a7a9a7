import {
  banCustomer,
  expireOrders,
  extendSurplus,
  grantTime,
  pauseRefunds,
  requestRefund,
  resumeSubscription,
  revokeTime,
  settleCharge,
  suspendSubscription,
  unbanCustomer,
  type ChargeKey,
} from '../../../../src/ledger/index.ts';
import { day } from '../terms.ts';
import type { Act } from './acts.ts';
import { mayBeRefused, nextReplica, pickFrom, type World } from './world.ts';

type Of<Name extends Act['do']> = Extract<Act, { do: Name }>;

const by = { author: 'tg:1', reason: 'a history' };

/** A person asks for a refund of any charge on record. */
export async function askRefund(world: World, { pick, percent, times }: Of<'ask-refund'>): Promise<void> {
  const charges = await nextReplica(world).query<ChargeKey & { readonly amountMinor: bigint }>(
    `select shop_id as "shopId", provider, charge_id as "chargeId", amount_minor as "amountMinor"
     from wayleave.charges where shop_id = $1 order by recorded_at, charge_id`,
    [world.shop.id],
  );
  const charge = pickFrom(charges, pick);
  if (charge === undefined) return;
  const { amountMinor, ...key } = charge;
  const isPart = percent < 100 && key.provider === 'cards';
  const part = isPart ? { amountMinor: (amountMinor * BigInt(percent)) / 100n } : {};
  await Promise.all(
    Array.from({ length: times }, () =>
      mayBeRefused(['LEDGER_REFUND_TOO_MUCH', 'LEDGER_CHARGE_UNKNOWN'], () =>
        requestRefund(nextReplica(world), { ...key, ...part, requestedBy: by.author, reason: by.reason }),
      ),
    ),
  );
}

export async function expire(world: World): Promise<void> {
  await expireOrders(nextReplica(world), world.shop.id);
}

export async function giveTime(world: World, { do: what, pick, days }: Of<'grant' | 'compensate'>): Promise<void> {
  const id = await pickSubscription(world, pick);
  if (id === undefined) return;
  const source = what === 'grant' ? 'admin' : 'compensation';
  await grantTime(nextReplica(world), id, { source, lengthSeconds: days * day }, by);
}

/** All grants, or one of them. */
export async function revoke(world: World, { pick, which }: Of<'revoke'>): Promise<void> {
  const id = await pickSubscription(world, pick);
  if (id === undefined) return;
  const grants = await nextReplica(world).query<{ id: string }>(
    `select id from wayleave.ledger_entries where subscription_id = $1 and kind = 'grant' order by sequence`,
    [id],
  );
  await revokeTime(nextReplica(world), id, pickFrom([undefined, ...grants], which)?.id, by);
}

export async function suspend(world: World, { do: what, pick }: Of<'suspend' | 'resume'>): Promise<void> {
  const id = await pickSubscription(world, pick);
  if (id === undefined) return;
  await (what === 'suspend' ? suspendSubscription : resumeSubscription)(nextReplica(world), id, by);
}

export async function ban(world: World, { do: what, who }: Of<'ban' | 'unban'>): Promise<void> {
  const act = what === 'ban' ? banCustomer : unbanCustomer;
  await act(nextReplica(world), world.shop.id, world.customers[who].id, { by: by.author, reason: by.reason });
}

/** A person decides about a charge of the queue. */
export async function settle(world: World, { pick, as: kind, on }: Of<'settle'>): Promise<void> {
  const queue = await nextReplica(world).query<ChargeKey>(
    `select shop_id as "shopId", provider, charge_id as "chargeId" from wayleave.charges
     where shop_id = $1 and settled_at is null and disposition in ('surplus', 'mismatch', 'orphan', 'blocked')
     order by recorded_at, charge_id`,
    [world.shop.id],
  );
  const key = pickFrom(queue, pick);
  if (key === undefined) return;
  const subscriptionId = on % 2 === 0 ? undefined : await pickSubscription(world, on);
  const extend = { kind: 'extend', ...(subscriptionId === undefined ? {} : { subscriptionId }) } as const;
  const refusals = [
    'LEDGER_CHARGE_SETTLED',
    'LEDGER_CUSTOMER_BANNED',
    'LEDGER_REFUND_TOO_MUCH',
    'LEDGER_SHOP_MODE',
    'LEDGER_SUBSCRIPTION_UNKNOWN',
  ] as const;
  await mayBeRefused(refusals, () => settleCharge(nextReplica(world), key, kind === 'extend' ? extend : { kind }, by));
}

export async function runJobs(world: World): Promise<void> {
  await extendSurplus(nextReplica(world), world.shop.id);
}

/** As a restore of a backup goes: refunds wait until a person has looked. */
export async function restore(world: World): Promise<void> {
  if (!world.saved) return;
  await world.lane.restore();
  world.restored = true;
  await pauseRefunds(nextReplica(world), world.shop.id, 'restore');
}

export async function resumeRefunds(world: World): Promise<void> {
  await pauseRefunds(nextReplica(world), world.shop.id, undefined);
}

async function pickSubscription(world: World, pick: number): Promise<string | undefined> {
  const rows = await nextReplica(world).query<{ id: string }>(
    `select s.id from wayleave.subscriptions s join wayleave.entitlements e on e.subscription_id = s.id
     where s.customer_id = any($1::uuid[]) order by s.created_at, s.id`,
    [world.customers.map(({ id }) => id)],
  );
  return pickFrom(rows, pick)?.id;
}
