import { Bot } from 'grammy/web';
import type { Update } from 'grammy/types';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { systemClock, type Clock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import { confirmRefund, recordCharge, writePayload, type CustomerRecord } from '../../../src/ledger/index.ts';
import { PaymentMetrics } from '../../../src/payments/metrics.ts';
import { reconcile } from '../../../src/payments/reconcile.ts';
import { RefundWorker, type RefundWorkerOptions } from '../../../src/payments/refund-worker.ts';
import type { Failpoint } from '../../../src/payments/failpoints.ts';
import { starsApiOf } from '../../../src/payments/stars/api.ts';
import { starsMessages } from '../../../src/payments/stars/messages.ts';
import { StarsProvider } from '../../../src/payments/stars/provider.ts';
import { newCustomer, openTestShop, order, type PlacedOrder, type TestShop } from '../../support/money/shop.ts';
import {
  startTelegramSimulator,
  type Customer,
  type TelegramSimulator,
} from '../../support/simulators/telegram/index.ts';

/** A shop that takes Stars from a simulated Telegram: test money, so it is a shop for test money. */
export interface StarsShop extends TestShop {
  readonly telegram: TelegramSimulator;
  readonly bot: Bot;
  readonly provider: StarsProvider;
  readonly registry: Registry;
  readonly metrics: PaymentMetrics;
  /** Whether payments that Telegram tells of are lost. Settable. */
  loses: boolean;
  /** How many payments and refunds Telegram told of. */
  readonly told: number;
  /** Seconds by which Telegram is ahead of this machine. Settable. */
  telegramAheadSeconds: number;
  readonly reconcile: () => Promise<'done' | 'more'>;
  readonly refundWorker: (failpoint?: Failpoint, providersOf?: RefundWorkerOptions['providersOf']) => RefundWorker;
}

const nothing: Failpoint = () => undefined;

export async function openStarsShop(): Promise<StarsShop> {
  const base = await openTestShop({ mode: 'test' });
  const clock: Clock = { ...systemClock, now: () => Date.now() + made.telegramAheadSeconds * 1000 };
  const telegram = await startTelegramSimulator({ clock });
  const bot = new Bot(telegram.token, { client: { apiRoot: telegram.apiUrl } });
  const provider = new StarsProvider(starsApiOf(bot.api), { live: false });
  const registry = new Registry();
  const metrics = new PaymentMetrics(registry);
  const { store, shop } = base;
  const messages = starsMessages(false);
  const take = async ({ message }: Update): Promise<void> => {
    if (message?.successful_payment === undefined && message?.refunded_payment === undefined) return;
    made.told += 1;
    if (made.loses) return;
    if (message.successful_payment !== undefined) await recordCharge(store, messages.chargeOfMessage(message, shop.id));
    else await confirmRefund(store, messages.refundOfMessage(message, shop.id));
  };
  bot.on('pre_checkout_query', (ctx) => ctx.answerPreCheckoutQuery(true));
  bot.on('message', (ctx) => take(ctx.update));
  const ended = bot.start({ timeout: 30 });
  onTestFinished(async () => {
    await bot.stop();
    await ended;
    await telegram.stop();
  });
  const made = {
    ...base,
    telegram,
    bot,
    provider,
    registry,
    metrics,
    loses: false,
    told: 0,
    telegramAheadSeconds: 0,
    reconcile: () =>
      reconcile(
        { store, shopId: shop.id, provider, metrics, log: silentLog, failpoint: nothing },
        new AbortController().signal,
      ),
    refundWorker: (
      failpoint: Failpoint = nothing,
      providersOf: RefundWorkerOptions['providersOf'] = (shopId) => (shopId === shop.id ? [provider] : undefined),
    ) =>
      new RefundWorker({
        store,
        metrics,
        failpoint,
        clock: systemClock,
        random: Math.random,
        log: silentLog,
        providersOf,
      }),
  };
  return made;
}

export interface Buyer {
  readonly customer: CustomerRecord;
  readonly person: Customer;
}

export async function newBuyer(shop: StarsShop, firstName = 'Anna'): Promise<Buyer> {
  const person = shop.telegram.user({ firstName });
  await person.sends('/start');
  return { person, customer: await newCustomer(shop, person.id) };
}

/** An order of a buyer, whose invoice stands in the chat. */
export async function invoiced(
  shop: StarsShop,
  buyer: Buyer,
  changes: { readonly startParameter?: string; readonly payload?: string } & Parameters<typeof order>[2] = {},
): Promise<PlacedOrder> {
  const { startParameter, payload, ...wanted } = changes;
  const placed = await order(shop, buyer.customer, wanted);
  const mark = payload ?? payloadOf(placed);
  const { price } = placed.attempt;
  const request = await shop.provider.request({
    payload: mark,
    price,
    title: '30 days',
    description: 'All servers',
    payer: String(buyer.person.id),
  });
  if (request.kind !== 'telegram-invoice') throw new Error('Stars are paid by an invoice');
  const prices = [{ label: '30 days', amount: Number(price.minorUnits) }];
  await shop.bot.api.sendInvoice(buyer.person.id, '30 days', 'All servers', mark, 'XTR', prices, {
    start_parameter: startParameter ?? request.startParameter,
  });
  return placed;
}

export function payloadOf({ order: { id: orderId, shopId }, attempt: { number: attempt } }: PlacedOrder): string {
  return writePayload({ shopId, orderId, attempt });
}

/** Pays, and waits until the bot was told. @returns id of the charge */
export async function paid(shop: StarsShop, who: Customer, target?: Parameters<Customer['pays']>[0]): Promise<string> {
  const before = shop.told;
  const result = await who.pays(target);
  if (!result.ok) throw new Error(`not paid: ${result.error}`);
  await shop.telegram.until(() => shop.told > before, { what: 'the bot to be told of a payment' });
  await shop.telegram.until(() => shop.telegram.pendingUpdates.length === 0, { what: 'the bot to have dealt with it' });
  return result.chargeId;
}
