import { writePayload } from '../../../src/ledger/index.ts';
import { asOwner, firstTelegramId, idOf, kinds, seededPrice, seededTerms, type SeedTarget } from './seed.ts';

/** An order that waits to be paid, and who pays it. */
export interface PayableOrder {
  readonly payload: string;
  readonly telegramId: number;
  readonly chargeId: string;
}

const terms = `'${JSON.stringify(seededTerms)}'::jsonb`;

/**
 * Places orders for new subscriptions, one for each of the first `count` seeded customers, with an attempt in Stars.
 *
 * @param series another one places other orders; at most 15
 */
export async function placePayable(
  { databaseUrl, shopId }: SeedTarget,
  series: number,
  count: number,
): Promise<PayableOrder[]> {
  const first = series * 0x1000_0000;
  const order = idOf(kinds.order, `i + ${String(first)}::bigint`);
  const subscription = idOf(kinds.subscription, `i + ${String(first)}::bigint`);
  const range = `generate_series(1, ${String(count)}) as i`;
  await asOwner(databaseUrl, async (run) => {
    await run(`insert into wayleave.orders (id, shop_id, customer_id, subscription_id, plan_name, terms, expires_at)
      select ${order}, '${shopId}', ${idOf(kinds.customer)}, ${subscription}, 'month', ${terms}, now() + interval '1 hour'
      from ${range}`);
    await run(`insert into wayleave.attempts (order_id, number, method, provider, amount_minor, currency)
      select ${order}, 1, 'stars', 'stars', ${String(seededPrice)}, 'XTR' from ${range}`);
  });
  return Array.from({ length: count }, (_, index) => {
    const hex = (first + index + 1).toString(16).padStart(8, '0');
    const orderId = `${hex}-0000-7000-8000-00000000000${String(kinds.order)}`;
    return {
      payload: writePayload({ shopId, orderId, attempt: 1 }),
      telegramId: firstTelegramId + index + 1,
      chargeId: `paid-${hex}`,
    };
  });
}
