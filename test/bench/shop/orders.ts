import { openAttempt, placeOrder, recordCharge, writePayload } from '../../../src/ledger/index.ts';
import type { Store } from '../../../src/store/index.ts';
import { firstTelegramId, kinds, seededPrice, seededTerms } from './seed.ts';

const concurrency = 8;

/**
 * Sells through the ledger alone, from the click to the grant: an order, an attempt, a charge.
 *
 * @param first number of the first seeded customer who buys; each buys a new subscription
 * @returns orders a second
 */
export async function sellThroughLedger(
  store: Store,
  shopId: string,
  { first, count }: { readonly first: number; readonly count: number },
): Promise<number> {
  const customers = Array.from({ length: count }, (_, index) => first + index).values();
  const price = { currency: 'XTR', minorUnits: BigInt(seededPrice) } as const;
  const sell = async (index: number): Promise<void> => {
    const customerId = `${index.toString(16).padStart(8, '0')}-0000-7000-8000-00000000000${String(kinds.customer)}`;
    const order = await placeOrder(store, { shopId, customerId, terms: seededTerms, validMs: 3_600_000 });
    const attempt = await openAttempt(store, { orderId: order.id, method: 'stars', provider: 'stars', price });
    const { disposition } = await recordCharge(store, {
      shopId,
      provider: 'stars',
      chargeId: `sold-${order.id}`,
      payload: writePayload({ shopId, orderId: order.id, attempt: attempt.number }),
      payer: String(firstTelegramId + index),
      amountMinor: price.minorUnits,
      currency: price.currency,
      live: false,
      paidAtMs: Date.now(),
      source: 'update',
      author: 'telegram',
      recurring: false,
      refundable: true,
      raw: {},
    });
    if (disposition !== 'granted') throw new Error(`a charge of an order that was placed for it is ${disposition}`);
  };
  const startedMs = performance.now();
  const seller = async (): Promise<void> => {
    for (const index of customers) await sell(index);
  };
  await Promise.all(Array.from({ length: concurrency }, seller));
  return count / ((performance.now() - startedMs) / 1000);
}
