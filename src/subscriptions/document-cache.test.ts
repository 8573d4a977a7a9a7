import fc from 'fast-check';
import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { bareDocument } from '../../test/support/subscription-service.ts';
import { type CachedDocument, DocumentCache, type DocumentCacheOptions } from './document-cache.ts';
import type { SubscriptionDocument } from './source.ts';

const key = (name: string): string => hash('sha256', name, 'base64url');
const alice = key('alice');
const bob = key('bob');

const document = (
  subscriptionId: string,
  title = 'v1',
  extra: Partial<SubscriptionDocument> = {},
): SubscriptionDocument => bareDocument({ subscriptionId, title, ...extra });

const keep = (read: SubscriptionDocument): CachedDocument => ({
  document: read,
  bytes: 1024 + 3 * JSON.stringify(read).length,
});

/** A source whose readings end when the test says so. */
function setup(options: Partial<DocumentCacheOptions<CachedDocument>> = {}) {
  const clock = new ManualClock();
  const calls: { readonly key: string; readonly end: PromiseWithResolvers<SubscriptionDocument | undefined> }[] = [];
  const failures: unknown[] = [];
  const unusable: unknown[] = [];
  const health: boolean[] = [];
  const cache = new DocumentCache<CachedDocument>({
    source: {
      find(tokenHash) {
        const end = Promise.withResolvers<SubscriptionDocument | undefined>();
        calls.push({ key: tokenHash.toString('base64url'), end });
        return end.promise;
      },
    },
    clock,
    prepare: (prepared) => {
      if (prepared.title === 'broken') throw new Error('cannot be shown');
      return keep(prepared);
    },
    maxEntries: 100,
    maxBytes: 10_000_000,
    freshMs: 10_000,
    timeoutMs: 1000,
    patienceMs: 250,
    maxReadings: 4,
    onFailure: (error) => failures.push(error),
    onUnusable: (error) => unusable.push(error),
    onHealth: (failing) => health.push(failing),
    ...options,
  });
  const answer = (index: number, found: SubscriptionDocument | undefined): void => calls[index]?.end.resolve(found);
  const refuse = (index: number): void => calls[index]?.end.reject(new Error('connect ECONNREFUSED'));
  /** Asks, and lets the source answer if it is asked. */
  const seen = async (name: string, found: SubscriptionDocument | undefined) => {
    const before = calls.length;
    const lookup = cache.lookup(name);
    if (calls.length > before) answer(before, found);
    return await lookup;
  };
  return { clock, cache, calls, failures, unusable, health, answer, refuse, seen };
}

const found = (title: string) => ({
  kind: 'found',
  cached: { document: expect.objectContaining({ title }) as unknown, bytes: expect.any(Number) as unknown },
});

/** Lets everything run that is already decided. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('while the source answers', () => {
  it('a document is read once in ten seconds, and without a promise in between', async () => {
    const { cache, clock, calls, seen } = setup();
    expect(await seen(alice, document('a'))).toEqual(found('v1'));
    clock.advance(9999);
    expect(cache.lookup(alice)).toEqual(found('v1'));
    expect(calls).toHaveLength(1);
    clock.advance(1);
    expect(await seen(alice, document('a', 'v2'))).toEqual(found('v2'));
    expect(calls).toHaveLength(2);
  });

  it('a reading that shows no change keeps what was made of the document, and makes it fresh again', async () => {
    const { cache, clock, calls, seen } = setup({ prepare: (read, previous) => previous ?? keep(read) });
    const first = await seen(alice, document('a'));
    clock.advance(10_000);
    const second = await seen(alice, document('a'));
    clock.advance(9999);
    const third = cache.lookup(alice);
    for (const again of [second, third]) expect(again).toEqual(first);
    expect(calls).toHaveLength(2);
    clock.advance(5001);
    const late = cache.lookup(alice);
    calls[2]?.end.reject(new Error('down'));
    expect(await late).toMatchObject({ staleMs: 15_000 });
  });

  it('many who ask for one token at once make one reading', async () => {
    const { cache, calls, answer } = setup();
    const lookups = Array.from({ length: 100 }, () => cache.lookup(alice));
    answer(0, document('a'));
    expect(new Set(await Promise.all(lookups.map((lookup) => Promise.resolve(lookup)))).size).toBe(1);
    expect(calls).toHaveLength(1);
  });

  it('an unknown token is asked for again each time: it may exist a moment later', async () => {
    const { calls, seen } = setup();
    expect(await seen(alice, undefined)).toEqual({ kind: 'absent' });
    expect(await seen(alice, document('a'))).toEqual(found('v1'));
    expect(calls).toHaveLength(2);
  });

  it('a token that is gone is forgotten, also for a later outage', async () => {
    const { cache, clock, seen, refuse } = setup();
    await seen(alice, document('a'));
    clock.advance(10_000);
    await seen(alice, undefined);
    const lookup = cache.lookup(alice);
    refuse(2);
    expect(await lookup).toEqual({ kind: 'unavailable' });
  });

  it('a document that cannot be shown does not replace one that can, and concerns nobody else', async () => {
    const { clock, seen, unusable, health } = setup();
    await seen(alice, document('a'));
    clock.advance(12_000);
    expect(await seen(alice, document('a', 'broken'))).toEqual({ ...found('v1'), staleMs: 12_000 });
    expect(await seen(bob, document('b', 'broken'))).toEqual({ kind: 'unavailable' });
    expect([unusable.length, health]).toEqual([2, []]);
  });

  it('no more than the allowed number of readings run at a time', async () => {
    const { cache, clock, calls, seen } = setup();
    await seen(alice, document('a'));
    clock.advance(10_000);
    for (const name of ['1', '2', '3', '4']) void cache.lookup(key(name));
    expect(calls).toHaveLength(5);
    expect(cache.lookup(bob)).toEqual({ kind: 'unavailable' });
    expect(cache.lookup(alice)).toEqual({ ...found('v1'), staleMs: 10_000 });
    expect(calls).toHaveLength(5);
  });

  it('memory stays bounded by bytes as well as by entries', async () => {
    const { cache, seen } = setup({ maxEntries: 3, maxBytes: 12_000 });
    for (const name of ['1', '2', '3', '4']) await seen(key(name), document(name));
    expect(cache.size).toBe(3);
    for (const name of ['5', '6', '7']) await seen(key(name), document(name, 'x'.repeat(1000)));
    expect(cache.size).toBe(2);
    await seen(key('8'), document('8', 'x'.repeat(10_000)));
    cache.invalidate('8');
    expect(await seen(key('8'), document('8', 'y'))).toEqual(found('y'));
  });
});

describe('while the source is slow', () => {
  it('who is known waits a quarter of a second at most, and the next one gets what was read', async () => {
    const { cache, clock, calls, seen, answer } = setup();
    await seen(alice, document('a'));
    clock.advance(60_000);
    const early = cache.lookup(alice);
    clock.advance(249);
    expect(await Promise.race([early, settle()])).toBeUndefined();
    clock.advance(1);
    expect(await early).toEqual(found('v1'));
    expect(await cache.lookup(alice)).toEqual(found('v1'));
    answer(1, document('a', 'v2'));
    await settle();
    expect(cache.lookup(alice)).toEqual(found('v2'));
    expect([calls.length, clock.timers]).toEqual([2, 0]);
  });

  it('whoever’s subscription changed waits for it, and so does who is not known', async () => {
    const { cache, clock, seen, answer } = setup();
    await seen(alice, document('a'));
    cache.invalidate('a');
    const [changed, unknown] = [cache.lookup(alice), cache.lookup(bob)];
    clock.advance(900);
    answer(1, document('a', 'v2'));
    answer(2, document('b'));
    expect([await changed, await unknown]).toEqual([found('v2'), found('v1')]);
  });
});

describe('when a subscription changes', () => {
  it('its tokens are read again at once, and nobody else’s', async () => {
    const { cache, calls, seen } = setup();
    await seen(alice, document('a'));
    await seen(bob, document('b'));
    cache.invalidate('a');
    expect(await seen(alice, document('a', 'v2'))).toEqual(found('v2'));
    expect(cache.lookup(bob)).toEqual(found('v1'));
    expect(calls).toHaveLength(3);
  });

  it('everything is read again after notifications may have been lost', async () => {
    const { cache, seen } = setup();
    await seen(alice, document('a'));
    await seen(bob, document('b'));
    cache.invalidateAll();
    expect(await seen(alice, document('a', 'v2'))).toEqual(found('v2'));
    expect(await seen(bob, document('b', 'v2'))).toEqual(found('v2'));
  });

  it('nobody who asks after the notification gets what was before it, in whatever order readings end', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('change' as const), id: fc.constantFrom('a', 'b') }),
      fc.record({ do: fc.constant('ask' as const), id: fc.constantFrom('a', 'b') }),
      fc.record({ do: fc.constant('end' as const), which: fc.nat(5) }),
      fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 5000, 10_000) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const versions = { a: 1, b: 1 };
        const { cache, clock, calls } = setup({ maxReadings: 1000, timeoutMs: 1e9 });
        const keys = { a: alice, b: bob };
        const promised: Promise<void>[] = [];
        const open: { end: () => void }[] = [];
        for (const one of steps) {
          if (one.do === 'change') {
            versions[one.id] += 1;
            cache.invalidate(one.id);
          } else if (one.do === 'ask') {
            const { id } = one;
            const atLeast = versions[id];
            const before = calls.length;
            const lookup = Promise.resolve(cache.lookup(keys[id]));
            const call = calls[before];
            // The snapshot is as old as it can be: from when the reading began.
            const snapshot = document(id, String(versions[id]));
            if (call !== undefined) open.push({ end: () => call.end.resolve(snapshot) });
            promised.push(
              lookup.then((result) => {
                if (result.kind !== 'found') throw new Error(result.kind);
                expect(Number(result.cached.document.title)).toBeGreaterThanOrEqual(atLeast);
              }),
            );
          } else if (one.do === 'end') {
            const [ended] = open.splice(one.which, 1);
            ended?.end();
            await settle();
          } else clock.advance(one.ms);
        }
        for (const rest of open) rest.end();
        await Promise.all(promised);
      }),
      { numRuns: 200 },
    );
  });
});

describe('while the source fails', () => {
  it('known tokens get their last document with its age, unknown ones "unavailable", and nobody waits', async () => {
    const { cache, clock, calls, seen, refuse, health } = setup();
    await seen(alice, document('a'));
    clock.advance(60_000);
    const first = cache.lookup(alice);
    refuse(1);
    expect(await first).toEqual({ ...found('v1'), staleMs: 60_000 });
    clock.advance(50);
    expect(cache.lookup(alice)).toEqual({ ...found('v1'), staleMs: 60_050 });
    expect(cache.lookup(bob)).toEqual({ kind: 'unavailable' });
    expect([calls.length, health]).toEqual([2, [true]]);
  });

  it('a source that hangs has failed after a second, for everybody who waits', async () => {
    const { cache, clock, seen, failures, refuse } = setup({ patienceMs: 1e9 });
    await seen(alice, document('a'));
    clock.advance(60_000);
    const first = cache.lookup(alice);
    clock.advance(900);
    const late = cache.lookup(bob);
    clock.advance(100);
    expect(await first).toEqual({ ...found('v1'), staleMs: 61_000 });
    expect(await late).toEqual({ kind: 'unavailable' });
    refuse(1);
    refuse(2);
    await settle();
    // What ends after it was given up is no further failure, and starts no further probe.
    expect(failures).toMatchObject([{ code: 'SUB_SOURCE_TIMEOUT', retry: 'later' }]);
    expect(clock.timers).toBe(1);
  });

  it('one probe at a time asks, ever more rarely up to five seconds, although nobody wants an answer', async () => {
    const { cache, clock, calls, refuse } = setup();
    void cache.lookup(alice);
    refuse(0);
    await settle();
    const pauses: number[] = [];
    for (let probe = 1; probe <= 9; probe += 1) {
      let waited = 0;
      while (calls.length === probe) {
        clock.advance(50);
        waited += 50;
      }
      pauses.push(waited);
      refuse(probe);
      await settle();
    }
    expect(pauses).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
  });

  it('the first success ends it: the next who ask are read again', async () => {
    const { cache, clock, calls, seen, refuse, answer, health } = setup();
    await seen(alice, document('a'));
    clock.advance(60_000);
    void cache.lookup(alice);
    refuse(1);
    await settle();
    clock.advance(100);
    expect(calls[2]?.key).toBe(alice);
    answer(2, document('a', 'v2'));
    await settle();
    expect(cache.lookup(alice)).toEqual(found('v2'));
    expect(await seen(bob, document('b'))).toEqual(found('v1'));
    expect([health, clock.timers]).toEqual([[true, false], 0]);
  });

  it('a reading that was given up and still arrives is used, unless there is newer', async () => {
    const { cache, clock, answer, health } = setup();
    const lookup = cache.lookup(alice);
    clock.advance(1000);
    expect(await lookup).toEqual({ kind: 'unavailable' });
    clock.advance(100);
    answer(1, document('a', 'newer'));
    await settle();
    answer(0, document('a', 'older'));
    await settle();
    expect(cache.lookup(alice)).toEqual(found('newer'));
    expect(health).toEqual([true, false]);
  });

  it('a source that answers, but too late, goes on failing until it answers in time', async () => {
    const { cache, clock, answer, health, seen } = setup();
    await seen(alice, document('a'));
    clock.advance(10_000);
    void cache.lookup(alice);
    clock.advance(1000);
    answer(1, document('a', 'v2'));
    await settle();
    // What it said is used all the same, and nobody waits for it again.
    expect(await cache.lookup(alice)).toEqual({ ...found('v2'), staleMs: 0 });
    expect(health).toEqual([true]);
    clock.advance(100);
    answer(2, document('a', 'v3'));
    await settle();
    expect(health).toEqual([true, false]);
    expect(await cache.lookup(alice)).toEqual(found('v3'));
  });

  it('a late reading does not bring back for long what a newer one did not find', async () => {
    const { cache, clock, answer, seen } = setup();
    void cache.lookup(alice);
    clock.advance(1000);
    clock.advance(100);
    answer(1, undefined);
    await settle();
    answer(0, document('a'));
    await settle();
    expect(await seen(alice, undefined)).toEqual({ kind: 'absent' });
  });

  it('a token whose reading always hangs does not keep the probes from succeeding', async () => {
    const { cache, clock, calls, answer } = setup();
    void cache.lookup(alice);
    clock.advance(1000);
    void cache.lookup(bob);
    clock.advance(100);
    expect(calls[1]?.key).toBe(bob);
    answer(1, document('b'));
    await settle();
    expect(cache.lookup(bob)).toEqual(found('v1'));
  });

  it('stopping ends the probes', async () => {
    const { cache, clock, refuse } = setup();
    void cache.lookup(alice);
    refuse(0);
    await settle();
    expect(clock.timers).toBe(1);
    cache.stop();
    expect(clock.timers).toBe(0);
  });
});
