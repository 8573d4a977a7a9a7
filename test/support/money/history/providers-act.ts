import { confirmRefund, recordCharge } from '../../../../src/ledger/index.ts';
import type { Store } from '../../../../src/store/index.ts';
import type { BookedRefund, Payment } from '../books.ts';
import type { Act } from './acts.ts';
import { nextReplica, pickFrom, type Message, type World } from './world.ts';

type Of<Name extends Act['do']> = Extract<Act, { do: Name }>;

/** Delivers some of what waits, in copies, all at once and to both replicas. */
export async function deliver(world: World, { count, copies, backwards }: Of<'deliver'>): Promise<void> {
  const order = backwards ? world.mailbox.toReversed() : world.mailbox;
  const messages = order.slice(0, count);
  world.mailbox = world.mailbox.filter((message) => !messages.includes(message));
  const all = Array.from({ length: copies }, () => messages).flat();
  const early = await Promise.all(all.map((message) => hear(world, message)));
  // A refund that overtakes its charge is told again, as every provider does.
  const again = all.filter((message, index) => early[index] === 'unknown' && !world.mailbox.includes(message));
  world.mailbox.push(...new Set(again));
}

async function hear(world: World, message: Message): Promise<'unknown' | 'heard'> {
  const store = nextReplica(world);
  if (message.kind === 'charge') {
    await takeCharge(store, world, message.payment, 'update');
    return 'heard';
  }
  const outcome = await takeRefund(store, world, message.payment, message.refund);
  return outcome === 'unknown' ? 'unknown' : 'heard';
}

/** Reads the books from the beginning. */
export async function reconcile(world: World, { backwards }: Of<'reconcile'>): Promise<void> {
  const store = nextReplica(world);
  const { payments } = world.books;
  for (const payment of backwards ? payments.toReversed() : payments) {
    await takeCharge(store, world, payment, 'reconciliation');
  }
  for (const payment of payments) {
    for (const refund of payment.refunds) await takeRefund(store, world, payment, refund);
  }
}

async function takeCharge(
  store: Store,
  { shop }: World,
  payment: Payment,
  source: 'update' | 'reconciliation',
): Promise<void> {
  const { refunds, ...charge } = payment;
  const raw = { refunds: refunds.length };
  await recordCharge(store, { ...charge, shopId: shop.id, source, author: payment.provider, refundable: true, raw });
}

function takeRefund(
  store: Store,
  { shop }: World,
  { provider, chargeId }: Payment,
  { key, amountMinor }: BookedRefund,
): Promise<'confirmed' | 'known' | 'unknown'> {
  const about = { shopId: shop.id, provider, chargeId, startedBy: provider };
  return confirmRefund(store, { ...about, refundKey: key, amountMinor });
}

/** The provider, or the payer's bank, sends money back by itself. */
export function takeBack(world: World, { pick, percent, lost }: Of<'take-back'>): void {
  const payment = pickFrom(world.books.payments, pick);
  if (payment === undefined) return;
  const refund = world.books.takeBack(payment, (payment.amountMinor * BigInt(percent)) / 100n);
  if (refund !== undefined && !lost) world.mailbox.push({ kind: 'refund', payment, refund });
}
