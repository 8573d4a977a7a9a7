import { describe, expect, it } from 'vitest';
import {
  banCustomer,
  claimWork,
  confirmRefund,
  entitlementAt,
  finishWork,
  grantTime,
  LedgerError,
  noteProvisioned,
  placeOrder,
  readEntries,
  readProjection,
  recordCharge,
  requestRefund,
  resumeSubscription,
  revokeTime,
  settleCharge,
  suspendSubscription,
  unbanCustomer,
  type LedgerErrorCode,
  type VerifiedCharge,
} from '../../../src/ledger/index.ts';
import { markProvisioned } from '../../../src/store/index.ts';
import { newCustomer, openTestShop, order, starsCharge } from '../../support/money/shop.ts';
import { countDown } from '../../support/money/oracle.ts';
import { planTerms } from '../../support/money/terms.ts';

const by = { author: 'tg:1', reason: 'a test' };
const ban = { by: 'tg:1', reason: 'a test' };

/** What whoever acts has to live with when somebody else was faster. */
const refusals = new Set<LedgerErrorCode>([
  'LEDGER_CUSTOMER_BANNED',
  'LEDGER_CHARGE_SETTLED',
  'LEDGER_REFUND_TOO_MUCH',
  'LEDGER_CHARGE_UNKNOWN',
  'LEDGER_SUBSCRIPTION_UNKNOWN',
]);

describe('everybody at once', () => {
  it('on the same customers never waits in a circle, and ends where the ledger says', async () => {
    const test = await openTestShop({ poolSize: 24 });
    const stores = [test.store, await test.openReplica()] as const;
    const paid: { readonly charge: VerifiedCharge; readonly subscriptionId: string }[] = [];
    const wrong: VerifiedCharge[] = [];
    const customers = [await newCustomer(test), await newCustomer(test), await newCustomer(test)];
    for (const customer of customers) {
      const placed = await order(test, customer);
      const charge = starsCharge(placed, customer);
      await recordCharge(test.store, charge);
      const { subscriptionId } = placed.order;
      paid.push({ charge, subscriptionId });
      const renewal = await order(test, customer, { subscriptionId, terms: planTerms('week') });
      paid.push({ charge: starsCharge(renewal, customer), subscriptionId });
      const tooLittle = starsCharge(renewal, customer, { amountMinor: 1n });
      await recordCharge(test.store, tooLittle);
      wrong.push(tooLittle);
      // Whoever acts on all that a customer has locks several rows of each table.
      const second = starsCharge(await order(test, customer), customer);
      await recordCharge(test.store, second);
    }
    const { rows: everything } = await test.owner.query<{ id: string }>(
      'select subscription_id as id from wayleave.entitlements order by updated_at desc',
    );
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const deadlocksBefore = await deadlocksOf();
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(Array.from({ length: 12 }, () => act()));
    }
    expect(await deadlocksOf()).toBe(deadlocksBefore);
    const now = Math.floor(await test.now());
    for (const { subscriptionId } of paid) {
      const entries = await readEntries(test.store, subscriptionId);
      expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
      const { rows } = await test.owner.query<{ at: number; access: string }>(
        'select extract(epoch from expires_at)::float8 as at, access from wayleave.entitlements where subscription_id = $1',
        [subscriptionId],
      );
      const opinion = countDown(entries);
      expect(rows).toEqual([{ at: opinion?.expiresAt, access: opinion?.held === true ? 'denied' : 'granted' }]);
      expect(entitlementAt(entries, now)?.expiresAt).toBe(opinion?.expiresAt);
    }

    async function deadlocksOf(): Promise<number> {
      // Statistics of a session that is idle may be a second old; this asks for all of them.
      await test.owner.query('select pg_stat_force_next_flush(), pg_stat_clear_snapshot()');
      const { rows } = await test.owner.query<{ deadlocks: string }>(
        'select deadlocks from pg_stat_database where datname = current_database()',
      );
      return Number(rows[0]?.deadlocks);
    }

    async function act(): Promise<void> {
      try {
        await oneOf(random(12));
      } catch (thrown) {
        if (!(thrown instanceof LedgerError) || !refusals.has(thrown.code)) throw thrown;
      }
    }

    async function oneOf(kind: number): Promise<void> {
      const store = stores[random(2)] ?? test.store;
      const customer = customers[random(customers.length)];
      const one = paid[random(paid.length)];
      const mismatch = wrong[random(wrong.length)];
      if (customer === undefined || one === undefined || mismatch === undefined) throw new Error('nobody to act on');
      const { charge, subscriptionId } = one;
      const wanted = { shopId: test.shop.id, customerId: customer.id, validMs: 1000, subscriptionId };
      switch (kind) {
        case 0:
          await recordCharge(store, { ...charge, source: 'reconciliation' });
          return;
        case 1:
          await placeOrder(store, { ...wanted, terms: planTerms(String(random(3))) });
          return;
        case 2:
          await banCustomer(store, test.shop.id, customer.id, ban);
          return;
        case 3:
          await unbanCustomer(store, test.shop.id, customer.id, ban);
          return;
        case 4:
          await requestRefund(store, { ...charge, requestedBy: 'tg:1', reason: '', dailyCapMinor: 1_000_000n });
          return;
        case 5:
          await confirmRefund(store, { ...charge, refundKey: charge.chargeId, startedBy: 'stars' });
          return;
        case 6:
          await settleCharge(store, mismatch, { kind: 'extend' }, by);
          return;
        case 7:
          await grantTime(store, subscriptionId, { source: 'admin', lengthSeconds: 60 }, by);
          return;
        case 8:
          await (random(2) === 0 ? suspendSubscription : resumeSubscription)(store, subscriptionId, by);
          return;
        case 9:
          await readProjection(store, subscriptionId);
          return;
        case 10:
          await markProvisioned(
            store,
            everything.map(({ id }) => ({ subscriptionId: id, revision: 1_000_000 })),
          );
          return;
        default:
          for (const work of await claimWork(store, 'project', { limit: 5, leaseMs: 1000 })) {
            await finishWork(store, 'project', work);
          }
          await noteProvisioned(store, test.shop.id);
          if (random(4) === 0) await revokeTime(store, subscriptionId, undefined, by);
      }
    }
  });
});
