import { randomUUID } from 'node:crypto';
import { expect, vi } from 'vitest';
import { decideTransfer, refundByPerson } from '../../../src/ledger/index.ts';
import type { Customer } from '../simulators/telegram/index.ts';
import type { BotPoint } from '../world/bot-process.ts';
import type { Lane } from './lane.ts';
import { buys, isReady, progressOf, renewsByCard, showsReceipt, takesTrial } from './people.ts';

/** What a customer lives through while bots die. */
export interface Story {
  readonly name: string;
  /** Where its processes may die, in the order in which it passes them. */
  readonly points: readonly BotPoint[];
  /** While nothing dies. */
  readonly before: (lane: Lane, customer: Customer) => Promise<void>;
  /** While processes die; resolves when the customer has done what he wants to do. */
  readonly act: (lane: Lane, customer: Customer) => Promise<void>;
  /** How it must end, once processes live. */
  readonly ends: (customer: Customer, played: Played) => Promise<void>;
}

/** What a schedule did to a customer. */
export interface Played {
  readonly deaths: readonly BotPoint[];
}

export const soon = { timeout: 60_000, interval: 200 };
const nothing = (): Promise<void> => Promise.resolve();

const projection: readonly BotPoint[] = [
  'projection.after-refold',
  'projection.before-apply',
  'projection.after-apply',
  'projection.before-finish',
];

const trial: Story = {
  name: 'a trial',
  points: ['bot.after-trial'],
  before: nothing,
  act: (_lane, customer) => takesTrial(customer),
  ends: (customer, { deaths }) => isServed(customer, { orders: 1, deaths: deaths.length }),
};

const purchase: Story = {
  name: 'a purchase',
  points: [
    'bot.after-order',
    'bot.after-attempt',
    'bot.after-invoice',
    'bot.before-charge',
    'bot.after-charge',
    ...projection,
    'bot.after-progress-send',
  ],
  before: nothing,
  act: async (_lane, customer) => void (await buys(customer)),
  ends: (customer, { deaths }) => isServed(customer, { orders: 1, deaths: deaths.length }),
};

const renewal: Story = {
  name: 'a renewal by card',
  points: ['bot.after-receipt', 'bot.after-receipt-reply', 'bot.after-transfer-send', 'bot.after-decision'],
  before: async (_lane, customer) => {
    await buys(customer);
    await isServed(customer, { orders: 1, deaths: 0 });
  },
  act: async (lane, customer) => {
    await renewsByCard(customer);
    await approvesAll(lane, customer);
  },
  ends: (customer, { deaths }) => isServed(customer, { orders: 2, deaths: deaths.length }),
};

/** Another receipt of an order whose message says that the first one was declined. */
const declined: Story = {
  name: 'a receipt after a decline',
  points: renewal.points,
  before: async (lane, customer) => {
    await renewal.before(lane, customer);
    await renewsByCard(customer);
    await declines(lane, customer);
    await customer.sees('could not confirm', { timeoutMs: 60_000 });
  },
  act: async (lane, customer) => {
    await showsReceipt(customer, 'another');
    await approvesAll(lane, customer);
  },
  ends: renewal.ends,
};

const refund: Story = {
  name: 'a refund',
  points: ['refund.before-send', 'refund.after-send', 'refund.after-confirm', 'bot.after-notice-send'],
  before: renewal.before,
  act: async ({ shop, refunded }, customer) => {
    const chargeId = chargeOf(customer);
    refunded.add(chargeId);
    const act = { author: 'a test', reason: 'the customer asked', requestId: randomUUID() };
    await refundByPerson(shop.store, { shopId: shop.shop.id, provider: 'stars', chargeId }, act);
  },
  ends: async (customer, { deaths }) => {
    await vi.waitFor(() => {
      const told = customer.chat().filter(({ from, text }) => from === 'bot' && text.includes('was sent back to you'));
      expect(told.length).toBeGreaterThanOrEqual(1);
      // Sent at least once: again where a process died over it.
      expect(told.length).toBeLessThanOrEqual(1 + deaths.length);
    }, soon);
  },
};

/** Telegram never tells of the payment, and the order has run out when its books are read. */
const lost: Story = {
  name: 'a lost update of a late payment',
  points: ['reconcile.after-record', 'reconcile.before-cursor'],
  before: async ({ shop }, customer) => {
    const { telegram, owner } = shop;
    await telegram.until(() => telegram.pendingUpdates.length === 0);
    telegram.faults.updates.add({
      fault: { kind: 'drop' },
      type: 'message',
      when: ({ message }) => message?.successful_payment !== undefined && message.from.id === customer.id,
    });
    await buys(customer);
    await owner.query(
      `update wayleave.orders o set state = 'expired', closed_at = wayleave.wall_clock() from wayleave.customers c
       where c.id = o.customer_id and c.telegram_id = $1 and o.state = 'pending'`,
      [customer.id],
    );
  },
  act: nothing,
  ends: (customer, { deaths }) => isServed(customer, { orders: 1, deaths: deaths.length }),
};

export const stories: readonly Story[] = [trial, purchase, renewal, declined, refund, lost];

/**
 * Every paid order has one message that says that all is there. Whatever point a process dies at, it may have had another
 * message under way that it did not live to note down: each death may leave one more, which says so already where it came late.
 */
async function isServed(customer: Customer, { orders, deaths }: { orders: number; deaths: number }): Promise<void> {
  await vi.waitFor(() => {
    const messages = progressOf(customer);
    expect(messages.filter(isReady).length).toBeGreaterThanOrEqual(orders);
    expect(messages.length).toBeLessThanOrEqual(orders + deaths);
  }, soon);
}

function chargeOf(customer: Customer): string {
  const paid = customer.chat().find(({ service }) => service?.kind === 'paid')?.service;
  if (paid === undefined) throw new Error(`${customer.firstName} has paid nothing`);
  return paid.chargeId;
}

/** Declines the receipt that this customer shows. */
async function declines({ shop }: Lane, customer: Customer): Promise<void> {
  const waiting = async (): Promise<string | undefined> => {
    const { rows } = await shop.owner.query<{ id: string }>(
      `select t.id from wayleave.transfers t join wayleave.customers c on c.id = t.customer_id
       where c.telegram_id = $1 and t.decision is null`,
      [customer.id],
    );
    return rows[0]?.id;
  };
  const transferId = await vi.waitFor(async () => {
    const id = await waiting();
    if (id === undefined) throw new Error(`${customer.firstName} has shown no receipt`);
    return id;
  }, soon);
  const verdict = { shopId: shop.shop.id, transferId, decision: 'declined', by: 'a test', reason: '' } as const;
  await decideTransfer(shop.store, verdict);
}

/** Approves whatever waits, until this customer's receipt is approved. */
async function approvesAll({ shop }: Lane, customer: Customer): Promise<void> {
  const isApproved = async (): Promise<boolean> => {
    const { rows } = await shop.owner.query<{ open: number; approved: number }>(
      `select count(*) filter (where t.decision is null)::integer as open,
         count(*) filter (where t.decision = 'approved')::integer as approved
       from wayleave.transfers t join wayleave.customers c on c.id = t.customer_id where c.telegram_id = $1`,
      [customer.id],
    );
    return rows[0]?.approved !== 0 && rows[0]?.open === 0;
  };
  await vi.waitFor(
    async () => {
      if (!(await isApproved())) await shop.admin.tap(/Approve/, { timeoutMs: 20_000 });
      expect(await isApproved()).toBe(true);
    },
    { timeout: 120_000, interval: 100 },
  );
}
