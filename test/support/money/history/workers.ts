import {
  claimWork,
  confirmRefund,
  dueTimers,
  findRefund,
  finishWork,
  getShop,
  noteProvisioned,
  postponeWork,
  refoldDue,
  refuseRefund,
  retireDue,
} from '../../../../src/ledger/index.ts';
import { markProvisioned, type Store } from '../../../../src/store/index.ts';
import type { Act } from './acts.ts';
import { nextReplica, type World } from './world.ts';

type Outcome = Extract<Act, { do: 'send-refunds' }>['outcome'];

const lease = { limit: 20, leaseMs: 60_000 };

/**
 * Sends what refunds are due, as the refund worker does, against books that answer well, fail, do it and lose the answer,
 * or refuse.
 *
 * @returns how many were looked at
 */
export async function sendRefunds(world: World, outcome: Outcome): Promise<number> {
  const store = nextReplica(world);
  const claimed = await claimWork(store, 'refund', lease);
  for (const work of claimed) {
    const done = await sendOne(world, store, work.key, outcome);
    if (done) await finishWork(store, 'refund', work);
    else await postponeWork(store, 'refund', work, { afterMs: 1_000, error: 'a history' });
  }
  return claimed.length;
}

async function sendOne(world: World, store: Store, refundId: string, outcome: Outcome): Promise<boolean> {
  const refund = await findRefund(store, refundId);
  if (refund?.state !== 'requested') return true;
  const { refundsPausedAtMs } = await getShop(store, refund.shopId);
  if (refundsPausedAtMs !== undefined || outcome === 'fails') return false;
  if (outcome === 'refused') {
    await refuseRefund(store, refundId, 'NOT_TODAY');
    return true;
  }
  const { chargeId, amountMinor, provider } = refund;
  // A transfer goes back by a person's hand.
  const answer =
    provider === 'manual' ? ({ kind: 'confirmed' } as const) : world.books.refund({ refundId, chargeId, amountMinor });
  if (outcome === 'in-doubt') return false;
  if (answer.kind === 'refused') await refuseRefund(store, refundId, answer.reason);
  else await confirmRefund(store, { ...refund, startedBy: refund.requestedBy });
  return true;
}

/** Carries what is due to panels that take everything at once, and notes what arrived. @returns how much was done */
export async function provision(world: World): Promise<number> {
  const store = nextReplica(world);
  const claimed = await claimWork(store, 'project', lease);
  const ids = claimed.map(({ key }) => key);
  const rows = await store.query<{ subscriptionId: string; revision: bigint }>(
    'select subscription_id as "subscriptionId", revision from wayleave.entitlements where subscription_id = any($1)',
    [ids],
  );
  const batch = rows.map(({ subscriptionId, revision }) => ({ subscriptionId, revision: Number(revision) }));
  await markProvisioned(store, batch);
  for (const work of claimed) await finishWork(store, 'project', work);
  const noted = await noteProvisioned(store, world.shop.id);
  const messages = await claimWork(store, 'progress', lease);
  for (const work of messages) await finishWork(store, 'progress', work);
  return claimed.length + noted.length + messages.length;
}

/** Does what time alone has made due. @returns how much that was */
export async function runTimers(world: World): Promise<number> {
  const store = nextReplica(world);
  const changing = await dueTimers(store, 'refold', 100);
  for (const id of changing) await refoldDue(store, id);
  let retired = 0;
  for (const id of await dueTimers(store, 'retire', 100)) if (await retireDue(store, id)) retired += 1;
  return changing.length + retired;
}
