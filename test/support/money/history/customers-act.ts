import { randomUUID } from 'node:crypto';
import {
  cancelOrder,
  decideTransfer,
  grantTrial,
  openAttempt,
  placeOrder,
  submitReceipt,
  writePayload,
  type AttemptRecord,
} from '../../../../src/ledger/index.ts';
import type { BookedProvider, Payment } from '../books.ts';
import type { Act, Payment as HowPaid } from './acts.ts';
import {
  mayBeRefused,
  nextReplica,
  nowMs,
  pickFrom,
  plans,
  trialTerms,
  type ShownInvoice,
  type World,
} from './world.ts';

type Of<Name extends Act['do']> = Extract<Act, { do: Name }>;

const priceIn = { stars: 'XTR', cards: 'RUB', manual: 'RUB' } as const;

/** One click, or several at once on both replicas, for a new subscription or to extend one. */
export async function buy(world: World, { who, plan, pick, clicks, method }: Of<'buy'>): Promise<void> {
  const customer = world.customers[who];
  const terms = plans[plan];
  if (terms === undefined) return;
  const owned = await nextReplica(world).query<{ id: string }>(
    'select id from wayleave.subscriptions where customer_id = $1 order by id',
    [customer.id],
  );
  const extended = pickFrom([undefined, ...owned], pick);
  const subscriptionId = extended === undefined ? {} : { subscriptionId: extended.id };
  const wanted = { shopId: world.shop.id, customerId: customer.id, terms, validMs: 3_600_000, ...subscriptionId };
  const placed = await Promise.all(
    Array.from({ length: clicks }, () =>
      mayBeRefused(['LEDGER_CUSTOMER_BANNED', 'LEDGER_SUBSCRIPTION_UNKNOWN'], () =>
        placeOrder(nextReplica(world), wanted),
      ),
    ),
  );
  for (const order of placed) if (order !== undefined) await show(world, customer.id, order.id, method);
}

export async function chooseAnotherMethod(world: World, { pick, method }: Of<'another-method'>): Promise<void> {
  const invoice = pickFrom(world.invoices, pick);
  if (invoice === undefined) return;
  await show(world, invoice.customer.id, invoice.orderId, method === 'cards' ? 'cards' : 'manual');
}

async function show(
  world: World,
  customerId: string,
  orderId: string,
  provider: ShownInvoice['provider'],
): Promise<void> {
  const price = { currency: priceIn[provider], minorUnits: provider === 'stars' ? 100n : 19_900n };
  const attempt = await mayBeRefused<AttemptRecord>(['LEDGER_ORDER_CLOSED', 'LEDGER_ORDER_UNKNOWN'], () =>
    openAttempt(nextReplica(world), { orderId, method: provider, provider, price }),
  );
  const customer = world.customers.find(({ id }) => id === customerId);
  if (attempt === undefined || customer === undefined) return;
  const { number, price: agreed } = attempt;
  const { minorUnits: amountMinor, currency } = agreed;
  const known = world.invoices.some((one) => one.orderId === orderId && one.attempt === number);
  if (!known) world.invoices.push({ customer, orderId, attempt: number, provider, amountMinor, currency });
}

/** Pays what is on a screen: as it should be, twice, or in one of the ways that go wrong. */
export function pay(world: World, { pick, how, lost }: Of<'pay'>): void {
  const invoice = pickFrom(payable(world), pick);
  if (invoice === undefined) return;
  const payment = paymentOf(world, invoice, how);
  for (let n = 0; n < (how === 'twice' ? 2 : 1); n += 1) tell(world, world.books.pay(payment), lost);
}

/** The provider collects the next payment of what it was paid for before. */
export function collectRenewal(world: World, { pick, lost }: Of<'collect-renewal'>): void {
  const invoice = pickFrom(payable(world), pick);
  if (invoice === undefined) return;
  tell(world, world.books.pay({ ...paymentOf(world, invoice, 'right'), recurring: true }), lost);
}

function payable({ invoices }: World): readonly (ShownInvoice & { readonly provider: BookedProvider })[] {
  return invoices.flatMap((invoice) =>
    invoice.provider === 'manual' ? [] : [{ ...invoice, provider: invoice.provider }],
  );
}

function tell({ mailbox }: World, payment: Payment, lost: boolean): void {
  if (!lost) mailbox.push({ kind: 'charge', payment });
}

function paymentOf(
  world: World,
  invoice: ShownInvoice & { readonly provider: BookedProvider },
  how: HowPaid,
): Omit<Payment, 'chargeId' | 'refunds'> {
  const { provider, orderId, attempt, amountMinor, currency, customer } = invoice;
  const shopId = how === 'another-shop' ? randomUUID() : world.shop.id;
  const named = { shopId, orderId: how === 'unknown-order' ? randomUUID() : orderId };
  const payload = writePayload({ ...named, attempt: how === 'unknown-attempt' ? attempt + 100 : attempt });
  const payer = how === 'another-payer' ? Number(customer.telegramId) + 1 : customer.telegramId;
  const changes: Partial<Record<HowPaid, bigint>> = { 'too-little': amountMinor / 2n, 'too-much': amountMinor * 2n };
  return {
    provider,
    payload: how === 'no-mark' ? 'a donation' : payload,
    payer: provider === 'stars' ? String(payer) : undefined,
    amountMinor: changes[how] ?? amountMinor,
    currency: how === 'another-currency' ? 'USD' : currency,
    live: (world.shop.mode === 'live') !== (how === 'another-mode'),
    paidAtMs: nowMs(world),
    recurring: false,
  };
}

export async function cancel(world: World, { pick }: Of<'cancel'>): Promise<void> {
  const invoice = pickFrom(world.invoices, pick);
  if (invoice !== undefined) await cancelOrder(nextReplica(world), invoice.customer.id, invoice.orderId);
}

export async function takeTrial(world: World, { who, taps }: Of<'take-trial'>): Promise<void> {
  const wanted = { shopId: world.shop.id, customerId: world.customers[who].id, terms: trialTerms };
  await Promise.all(
    Array.from({ length: taps }, () =>
      mayBeRefused(['LEDGER_CUSTOMER_BANNED'], () => grantTrial(nextReplica(world), wanted)),
    ),
  );
}

/** A receipt of a transfer, and the admins who decide about it, at once if there are two. */
export async function showReceipt(world: World, { pick, verdicts }: Of<'show-receipt'>): Promise<void> {
  const transfers = world.invoices.filter(({ provider }) => provider === 'manual');
  const invoice = pickFrom(transfers, pick);
  if (invoice === undefined) return;
  const { orderId, attempt, customer } = invoice;
  const photo = { fileId: 'file', uniqueId: `${orderId}:${String(pick)}` };
  const wanted = { shopId: world.shop.id, customerId: customer.id, orderId, attempt, photo };
  const refusals = ['LEDGER_ORDER_UNKNOWN', 'LEDGER_ORDER_CLOSED', 'LEDGER_TRANSFERS_WAITING'] as const;
  const submitted = await mayBeRefused(refusals, () => submitReceipt(nextReplica(world), wanted));
  if (submitted === undefined) return;
  const { id: transferId } = submitted.transfer;
  await Promise.all(
    verdicts.map((decision, n) =>
      decideTransfer(nextReplica(world), { shopId: world.shop.id, transferId, decision, by: `tg:${String(n)}` }),
    ),
  );
}
