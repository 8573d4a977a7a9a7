import { describe, expect, it } from 'vitest';
import {
  checkPayable,
  claimWork,
  finishWork,
  openAttempt,
  placeOrder,
  projectionState,
  readProjection,
  recordCharge,
  resourceName,
  writePayload,
} from '../../../src/ledger/index.ts';
import { createTokenKeyData, ensureSubscriptions, markProvisioned, parseTokenKeys } from '../../../src/store/index.ts';
import { newCustomer, openTestShop, order, starsCharge } from '../../support/money/shop.ts';
import { planTerms } from '../../support/money/terms.ts';
import { WatchedStore } from '../../support/watched-store.ts';

/**
 * Each statement is a turn of the event loop of a busy process before the next one: their number, not Postgres, decides how
 * long a payment is held. Whoever adds one sees it here; `begin` and `commit` count.
 */
const statements = {
  'place an order': 6,
  'choose how to pay': 5,
  'ask before paying': 1,
  'record a payment': 11,
  'hear of a payment again': 1,
  'record the payment of a renewal': 11,
  'read what to project': 6,
  'make keys and address at the first projection': 8,
  'find them at later ones': 1,
  'compare what was projected': 1,
  'claim and finish work': 2,
  'note what arrived': 1,
};

describe('what is done for each payment', () => {
  it('takes few statements', async () => {
    const test = await openTestShop();
    const { shop } = test;
    const store = new WatchedStore(test.store);
    const taken: Partial<Record<keyof typeof statements, number>> = {};
    const take = async <Result>(what: keyof typeof statements, act: () => Promise<Result>): Promise<Result> => {
      const before = store.statements;
      const result = await act();
      taken[what] = store.statements - before;
      return result;
    };

    const customer = await newCustomer(test);
    const wanted = { shopId: shop.id, customerId: customer.id, terms: planTerms(), validMs: 60_000 };
    const placed = await take('place an order', () => placeOrder(store, wanted));
    const price = { currency: 'XTR', minorUnits: 100n } as const;
    const asked = { orderId: placed.id, method: 'stars', provider: 'stars', price };
    const attempt = await take('choose how to pay', () => openAttempt(store, asked));
    const payer = customer.telegramId ?? 0;
    const payload = writePayload({ shopId: shop.id, orderId: placed.id, attempt: attempt.number });
    const question = { shopId: shop.id, payload, payer, currency: 'XTR', amountMinor: 100n };
    expect(await take('ask before paying', () => checkPayable(store, question))).toMatchObject({ verdict: 'payable' });
    const charge = starsCharge({ order: placed, attempt }, customer);
    const granted = { disposition: 'granted', duplicate: false };
    expect(await take('record a payment', () => recordCharge(store, charge))).toMatchObject(granted);
    const again = { disposition: 'granted', duplicate: true };
    expect(await take('hear of a payment again', () => recordCharge(store, charge))).toMatchObject(again);
    const { subscriptionId } = placed;
    const renewal = starsCharge(await order(test, customer, { subscriptionId }), customer);
    expect(await take('record the payment of a renewal', () => recordCharge(store, renewal))).toMatchObject(granted);

    const projection = await take('read what to project', () => readProjection(store, subscriptionId));
    const keys = parseTokenKeys(createTokenKeyData());
    const name = resourceName(subscriptionId);
    const identity = {
      namespace: shop.namespace,
      name,
      shop: shop.name,
      id: subscriptionId,
      source: 'ledger',
    } as const;
    const ensure = () => ensureSubscriptions(store, [identity], keys);
    await take('make keys and address at the first projection', ensure);
    await take('find them at later ones', ensure);
    const state = await take('compare what was projected', () => projectionState(store, subscriptionId));
    expect(state).toEqual(projection?.state);
    await take('claim and finish work', async () => {
      for (const work of await claimWork(store, 'project', { limit: 5, leaseMs: 1000 })) {
        await finishWork(store, 'project', work);
      }
    });
    const revision = projection?.state.revision ?? 0;
    await take('note what arrived', () => markProvisioned(store, [{ subscriptionId, revision }]));
    expect(taken).toEqual(statements);
  });
});
