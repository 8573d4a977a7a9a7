import { describe, expect, it } from 'vitest';
import { askFor, claimWork, finishWork, notify, postponeWork, retryDelayMs } from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop } from '../../support/money/shop.ts';

const lease = { limit: 10, leaseMs: 60_000 };

describe('work', () => {
  it('is taken by one of many who ask at once', async () => {
    const test = await openTestShop();
    for (let n = 0; n < 20; n += 1) await askFor(test.store, 'project', `key ${String(n)}`);
    const claims = await Promise.all(Array.from({ length: 8 }, () => claimWork(test.store, 'project', lease)));
    const keys = claims.flat().map(({ key }) => key);
    expect(keys).toHaveLength(20);
    expect(new Set(keys).size).toBe(20);
    expect(await claimWork(test.store, 'progress', lease)).toEqual([]);
  });

  it('that was asked for while it was being done is done once more', async () => {
    const test = await openTestShop();
    await askFor(test.store, 'project', 'a');
    const [work] = await claimWork(test.store, 'project', lease);
    if (work === undefined) throw new Error('nothing to do');
    await askFor(test.store, 'project', 'a');
    expect(await claimWork(test.store, 'project', lease)).toEqual([]);
    expect(await finishWork(test.store, 'project', work)).toBe(true);
    const [again] = await claimWork(test.store, 'project', lease);
    if (again === undefined) throw new Error('nothing to do');
    expect(await finishWork(test.store, 'project', again)).toBe(true);
    expect(await claimWork(test.store, 'project', lease)).toEqual([]);
  });

  it('of whoever was too slow belongs to the next', async () => {
    const test = await openTestShop();
    await askFor(test.store, 'project', 'a');
    const [slow] = await claimWork(test.store, 'project', lease);
    await test.passTime(61);
    const [next] = await claimWork(test.store, 'project', lease);
    if (slow === undefined || next === undefined) throw new Error('nothing to do');
    expect(await finishWork(test.store, 'project', slow)).toBe(false);
    await postponeWork(test.store, 'project', slow, { afterMs: 3_600_000, error: 'too late' });
    expect(await finishWork(test.store, 'project', next)).toBe(true);
  });

  it('that failed comes again later, counts its failures, and sooner when it is asked for', async () => {
    const test = await openTestShop();
    await askFor(test.store, 'refund', 'a');
    const [work] = await claimWork(test.store, 'refund', lease);
    if (work === undefined) throw new Error('nothing to do');
    await postponeWork(test.store, 'refund', work, { afterMs: 60_000, error: 'down' });
    expect(await claimWork(test.store, 'refund', lease)).toEqual([]);
    await test.passTime(61);
    const [second] = await claimWork(test.store, 'refund', lease);
    expect(second).toMatchObject({ attempts: 1 });
    if (second === undefined) throw new Error('nothing to do');
    await askFor(test.store, 'refund', 'a');
    await postponeWork(test.store, 'refund', second, { afterMs: 3_600_000 });
    expect(await claimWork(test.store, 'refund', lease)).toMatchObject([{ attempts: 0 }]);
  });

  it('keeps the beginning of an error, however long that is', async () => {
    const test = await openTestShop();
    await askFor(test.store, 'refund', 'a');
    const [work] = await claimWork(test.store, 'refund', lease);
    if (work === undefined) throw new Error('nothing to do');
    await postponeWork(test.store, 'refund', work, { afterMs: 1, error: 'x'.repeat(100_000) });
    const [row] = await test.store.query<{ error: string }>(
      "select last_error as error from wayleave.outbox where topic = 'refund' and key = 'a'",
    );
    expect(row?.error).toBe('x'.repeat(500));
  });

  it('is tried again for ever, at most 5 minutes apart', () => {
    const delays = Array.from({ length: 60 }, (_, attempts) => retryDelayMs(attempts, () => 1));
    expect(Math.max(...delays)).toBe(300_000);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(retryDelayMs(0, () => 0)).toBeGreaterThan(0);
  });
});

describe('a notice', () => {
  it('about the same thing is queued once', async () => {
    const test = await openTestShop();
    const alice = await newCustomer(test);
    const draft = {
      shopId: test.shop.id,
      customerId: alice.id,
      kind: 'paid',
      dedupe: 'charge 1',
      delivery: 'at-least-once',
      usefulUntilMs: Date.now(),
    } as const;
    const queued = await Promise.all(Array.from({ length: 8 }, () => notify(test.store, draft)));
    expect(queued.filter(Boolean)).toHaveLength(1);
  });
});
