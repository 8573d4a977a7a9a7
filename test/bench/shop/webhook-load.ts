import { Pool } from 'undici';
import { webhookSecret } from './site.ts';
import type { PayableOrder } from './payable.ts';
import { seededPrice } from './seed.ts';

/** How long each delivery was held, and how long all of them took. */
export interface Delivered {
  readonly heldMs: readonly number[];
  readonly seconds: number;
}

export interface DeliverOptions {
  readonly url: string;
  readonly orders: readonly PayableOrder[];
  /** Deliveries a second, whether or not the ones before were answered; absent: one after the other on each connection. */
  readonly perSecond?: number;
  /** Telegram opens 40 unless told otherwise. */
  readonly connections: number;
}

/**
 * Delivers one paid update for each order, as Telegram does.
 *
 * @throws Error when one of them is not answered 200
 */
export async function deliverPayments({ url, orders, perSecond, connections }: DeliverOptions): Promise<Delivered> {
  const { origin, pathname: path } = new URL(url);
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const heldMs: number[] = [];
  const deliver = async (order: PayableOrder, index: number): Promise<void> => {
    const startedMs = performance.now();
    const { statusCode, body } = await pool.request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': webhookSecret },
      body: JSON.stringify(paidUpdate(order, index)),
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`a payment was answered ${String(statusCode)}`);
    heldMs.push(performance.now() - startedMs);
  };
  const startedMs = performance.now();
  try {
    if (perSecond === undefined) await oneByOne(orders, connections, deliver);
    else await inTime(orders, 1000 / perSecond, deliver);
  } finally {
    await pool.close();
  }
  return { heldMs, seconds: (performance.now() - startedMs) / 1000 };
}

type Deliver = (order: PayableOrder, index: number) => Promise<void>;

async function oneByOne(orders: readonly PayableOrder[], connections: number, deliver: Deliver): Promise<void> {
  const waiting = orders.entries();
  const connection = async (): Promise<void> => {
    for (const [index, order] of waiting) await deliver(order, index);
  };
  await Promise.all(Array.from({ length: connections }, connection));
}

/** The clock decides, not the answers: a server that is slow must not slow down who measures it. */
async function inTime(orders: readonly PayableOrder[], everyMs: number, deliver: Deliver): Promise<void> {
  const startedMs = performance.now();
  await Promise.all(
    orders.map(async (order, index) => {
      const waitMs = Math.max(0, startedMs + index * everyMs - performance.now());
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      await deliver(order, index);
    }),
  );
}

function paidUpdate({ payload, telegramId, chargeId }: PayableOrder, index: number): object {
  const person = { id: telegramId, first_name: 'Customer', language_code: 'en' };
  return {
    update_id: index + 1,
    message: {
      message_id: index + 1,
      date: Math.floor(Date.now() / 1000),
      from: { ...person, is_bot: false },
      chat: { ...person, type: 'private' },
      successful_payment: {
        currency: 'XTR',
        total_amount: seededPrice,
        invoice_payload: payload,
        telegram_payment_charge_id: chargeId,
        provider_payment_charge_id: '',
      },
    },
  };
}
