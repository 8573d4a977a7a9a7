import { hash } from 'node:crypto';
import { describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import { bareDocument } from '../../test/support/subscription-service.ts';
import { silentLog } from '../base/log.ts';
import { type CachedDocument, DocumentCache } from './document-cache.ts';
import type { SubscriptionDocument } from './source.ts';
import { warmUp, type WarmUpSource } from './warm-up.ts';

const key = (name: string): string => hash('sha256', name, 'base64url');

const document = (subscriptionId: string, title = 'v1'): SubscriptionDocument =>
  bareDocument({ subscriptionId, title });

function setup({ maxEntries = 1000 } = {}) {
  const clock = new ManualClock();
  const state = { fails: false, title: 'now', asked: 0 };
  const cache = new DocumentCache<CachedDocument>({
    source: {
      find() {
        state.asked += 1;
        return state.fails ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(document('s', state.title));
      },
    },
    clock,
    prepare: (prepared) => {
      if (prepared.title === 'broken') throw new Error('cannot be shown');
      return { document: prepared, bytes: 100 };
    },
    maxEntries,
    maxBytes: 10_000_000,
    freshMs: 10_000,
    timeoutMs: 1000,
    patienceMs: 250,
    maxReadings: 4,
    onFailure: () => undefined,
    onUnusable: () => undefined,
    onHealth: () => undefined,
  });
  return { clock, cache, state };
}

/** Lets timers fire until the work ends. */
async function finish(clock: ManualClock, work: Promise<unknown>): Promise<void> {
  let ended = false;
  const done = work.then(() => {
    ended = true;
  });
  while (!ended) {
    clock.advance(1000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
}

describe('a document that was read in advance', () => {
  it('is asked about before it is used, and used while nobody answers, with its age', async () => {
    const { cache, state, clock } = setup();
    cache.prime(key('alice'), document('s', 'old'), 5000);
    expect(await cache.lookup(key('alice'))).toMatchObject({ cached: { document: { title: 'now' } } });
    const other = setup();
    other.state.fails = true;
    other.cache.prime(key('alice'), document('s', 'old'), 5000);
    other.clock.advance(1000);
    expect(await other.cache.lookup(key('alice'))).toMatchObject({
      kind: 'found',
      staleMs: 6000,
      cached: { document: { title: 'old' } },
    });
    expect([state.asked, clock.timers, other.state.asked]).toEqual([1, 0, 1]);
  });

  it('never replaces what was read since the start, and gives way to what is newer', async () => {
    const { cache, clock, state } = setup();
    await cache.lookup(key('alice'));
    cache.prime(key('alice'), document('s', 'old'), 0);
    expect(cache.lookup(key('alice'))).toMatchObject({ cached: { document: { title: 'now' } } });
    cache.prime(key('bob'), document('b', 'older'), 9000);
    cache.prime(key('bob'), document('b', 'newer'), 10);
    cache.prime(key('bob'), document('b', 'oldest'), 99_000);
    state.fails = true;
    clock.advance(1);
    expect(await cache.lookup(key('bob'))).toMatchObject({ cached: { document: { title: 'newer' } } });
  });

  it('takes no place from another', () => {
    const { cache } = setup({ maxEntries: 2 });
    const taken = ['a', 'b', 'c'].map((name) => cache.prime(key(name), document(name), 0));
    expect(taken).toEqual([true, true, false]);
    expect([...cache.documents()].map((one) => one.key).toSorted()).toEqual([key('a'), key('b')].toSorted());
  });
});

describe('warming up', () => {
  const keys = Array.from({ length: 350 }, (_, at) => key(String(at)));
  const source = (changes: Partial<WarmUpSource> = {}): WarmUpSource => ({
    recent: () => Promise.resolve(keys),
    find: (batch) => Promise.resolve(new Map(batch.map((one) => [one, document(one)]))),
    ...changes,
  });
  const common = { limit: 1000, log: silentLog, onLoaded: () => undefined };

  it('reads everybody in batches, and what cannot be shown keeps nobody else out', async () => {
    const { clock, cache } = setup();
    const batches: number[] = [];
    const find: WarmUpSource['find'] = (batch) => {
      batches.push(batch.length);
      return Promise.resolve(new Map(batch.map((one) => [one, document(one, one === keys[7] ? 'broken' : 'v1')])));
    };
    await finish(
      clock,
      warmUp({ ...common, source: source({ find }), cache, clock, signal: new AbortController().signal }),
    );
    expect([batches, cache.size]).toEqual([[100, 100, 100, 50], 349]);
  });

  it('waits for a database that is away', async () => {
    const { clock, cache } = setup();
    let attempts = 0;
    const recent = (): Promise<readonly string[]> => {
      attempts += 1;
      return attempts < 5 ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(keys);
    };
    await finish(
      clock,
      warmUp({ ...common, source: source({ recent }), cache, clock, signal: new AbortController().signal }),
    );
    expect([attempts, cache.size]).toEqual([5, 350]);
  });

  it('ends when memory is full, and when it is told to, also while the database hangs', async () => {
    const full = setup({ maxEntries: 150 });
    const { signal } = new AbortController();
    await finish(full.clock, warmUp({ ...common, source: source(), cache: full.cache, clock: full.clock, signal }));
    expect(full.cache.size).toBe(150);
    const { clock, cache } = setup();
    const stopping = new AbortController();
    const hanging = warmUp({
      ...common,
      source: source({ find: () => new Promise(() => undefined) }),
      cache,
      clock,
      signal: stopping.signal,
    });
    await new Promise((resolve) => setImmediate(resolve));
    stopping.abort();
    await hanging;
    expect(cache.size).toBe(0);
  });
});
