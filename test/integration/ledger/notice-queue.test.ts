import { describe, expect, it } from 'vitest';
import {
  beginSending,
  claimNotices,
  concludeNotice,
  markUnreachable,
  noticesOf,
  notify,
  postponeNotice,
  type NoticeDraft,
} from '../../../src/ledger/index.ts';
import { newCustomer, openTestShop, type TestShop } from '../../support/money/shop.ts';

const lease = { limit: 10, leaseMs: 60_000 };

async function draft(test: TestShop, changes: Partial<NoticeDraft> = {}): Promise<NoticeDraft> {
  const { id: customerId } = await newCustomer(test);
  return { shopId: test.shop.id, customerId, kind: 'paid', dedupe: 'x', delivery: 'at-least-once', ...changes };
}

describe('the queue of notices', () => {
  it('gives each notice to one of many replicas', async () => {
    const test = await openTestShop();
    const one = await draft(test);
    for (let index = 0; index < 20; index += 1) await notify(test.store, { ...one, dedupe: String(index) });
    const claims = await Promise.all(Array.from({ length: 4 }, () => claimNotices(test.store, test.shop.id, lease)));
    const ids = claims.flatMap(({ notices }) => notices.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(20);
  });

  it('gives a receipt again when whoever had it vanished, and not before', async () => {
    const test = await openTestShop();
    await notify(test.store, await draft(test));
    const [mine] = (await claimNotices(test.store, test.shop.id, lease)).notices;
    if (mine === undefined) throw new Error('nothing to send');
    expect(await beginSending(test.store, mine, 60_000)).toBe(true);
    expect((await claimNotices(test.store, test.shop.id, lease)).notices).toEqual([]);
    await test.passTime(61);
    const [again] = (await claimNotices(test.store, test.shop.id, lease)).notices;
    expect(again?.id).toBe(mine.id);
    // The one who vanished comes back: it is not his any more.
    expect(await beginSending(test.store, mine, 60_000)).toBe(false);
    await concludeNotice(test.store, mine, 'sent');
    expect(await noticesOf(test.store, mine.customerId)).toMatchObject([{ state: 'waiting' }]);
  });

  it('drops what is sent at most once when whoever sent it vanished, and keeps what was only claimed', async () => {
    const test = await openTestShop();
    const begun = await draft(test, { kind: 'expiry', delivery: 'at-most-once' });
    const claimed = await draft(test, { kind: 'expiry', delivery: 'at-most-once' });
    await notify(test.store, begun);
    await notify(test.store, claimed);
    const { notices } = await claimNotices(test.store, test.shop.id, lease);
    const mine = notices.find(({ customerId }) => customerId === begun.customerId);
    if (mine === undefined) throw new Error('nothing to send');
    await beginSending(test.store, mine, 60_000);
    await test.passTime(61);
    const next = await claimNotices(test.store, test.shop.id, lease);
    expect(next.dropped).toEqual([{ kind: 'expiry', outcome: 'in doubt' }]);
    expect(next.notices.map(({ customerId }) => customerId)).toEqual([claimed.customerId]);
    expect(await noticesOf(test.store, begun.customerId)).toMatchObject([{ state: 'dropped', outcome: 'in doubt' }]);
  });

  it('drops what is of no use any more and whom nobody can write to', async () => {
    const test = await openTestShop();
    const late = await draft(test, { usefulUntilMs: ((await test.now()) + 60) * 1000 });
    const gone = await draft(test);
    const erased = await draft(test);
    for (const one of [late, gone, erased]) await notify(test.store, one);
    await markUnreachable(test.store, gone.customerId);
    await test.owner.query('update wayleave.customers set telegram_id = null where id = $1', [erased.customerId]);
    await test.passTime(61);
    const { notices, dropped } = await claimNotices(test.store, test.shop.id, lease);
    expect(notices).toEqual([]);
    expect(dropped.map(({ outcome }) => outcome).toSorted()).toEqual(['erased', 'late', 'unreachable']);
  });

  it('waits when it is postponed, counts failures, and forgets what people wrote to each other', async () => {
    const test = await openTestShop();
    const one = await draft(test, { kind: 'support', payload: { text: 'a secret' } });
    await notify(test.store, one);
    const claim = async () => (await claimNotices(test.store, test.shop.id, lease)).notices[0];
    const first = await claim();
    if (first === undefined) throw new Error('nothing to send');
    await postponeNotice(test.store, first, { afterMs: 30_000, failed: true });
    expect(await claim()).toBeUndefined();
    await test.passTime(31);
    const second = await claim();
    expect(second?.attempts).toBe(1);
    if (second !== undefined) await concludeNotice(test.store, second, 'sent');
    const { rows } = await test.owner.query('select payload from wayleave.notices');
    expect(rows).toEqual([{ payload: {} }]);
  });
});
