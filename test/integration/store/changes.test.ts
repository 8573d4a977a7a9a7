import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLog } from '../../../src/base/log.ts';
import {
  confirmClients,
  ensureSubscriptions,
  listenForChanges,
  markDeleted,
  recordUsage,
  savePanelReading,
  writeStates,
  type Store,
} from '../../../src/store/index.ts';
import { freshDatabase } from '../../support/database.ts';
import { client, execute, openAs, panel, subscription, tokenKeys } from './support.ts';

interface Heard {
  readonly store: Store;
  readonly databaseUrl: string;
  /** Everything heard since the last call; waits until `enough`. */
  readonly until: (enough: (ids: ReadonlySet<string>) => boolean) => Promise<ReadonlySet<string>>;
  readonly calls: readonly (readonly string[] | 'all')[];
}

async function listening(): Promise<Heard> {
  const { url: databaseUrl } = await freshDatabase();
  const stop = new AbortController();
  const calls: (readonly string[] | 'all')[] = [];
  let heard = new Set<string>();
  let wake = (): void => undefined;
  const ended = listenForChanges({
    databaseUrl,
    onChange(ids) {
      calls.push(ids);
      for (const id of ids === 'all' ? ['all'] : ids) heard.add(id);
      wake();
    },
    log: silentLog,
    clock: systemClock,
    random: () => 0,
    signal: stop.signal,
  });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
  const until: Heard['until'] = async (enough) => {
    while (!enough(heard)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const result = heard;
    heard = new Set();
    return result;
  };
  await until((ids) => ids.has('all'));
  return { store: await openAs('operator', databaseUrl), databaseUrl, until, calls };
}

describe('listenForChanges', () => {
  it('hears of each subscription whose answer may differ, and of nothing else', async () => {
    const { store, until } = await listening();
    const [alice, bob] = [await subscription(store, 'alice'), await subscription(store, 'bob')];
    expect(await until((ids) => ids.has(bob.id))).toEqual(new Set([alice.id, bob.id]));
    const nl = await panel(store, 'nl', 'in-1');
    expect(await until((ids) => ids.has('all'))).toEqual(new Set(['all']));

    await confirmClients(store, [client(alice, nl)]);
    await until((ids) => ids.has(alice.id));
    // None of these changes what a phone gets.
    await confirmClients(store, [client(alice, nl)]);
    await recordUsage(store, nl.id, [
      { subscriptionId: alice.id, email: 'a', upBytes: 1, downBytes: 1, lastOnlineMs: 0 },
    ]);
    await savePanelReading(store, nl.id, { identity: 'another', endpoints: nl.endpoints });
    await writeStates(store, [{ subscriptionId: bob.id, suspended: true, limited: false }]);
    expect(await until((ids) => ids.has(bob.id))).toEqual(new Set([bob.id]));
    await markDeleted(store, alice.id, { clients: 'revoke', decidedBy: 'test' });
    expect(await until((ids) => ids.has(alice.id))).toEqual(new Set([alice.id]));
  });

  it('hears of a batch in few notifications, and of a mass change as one', async () => {
    const { store, until, calls } = await listening();
    const batch = (from: number, to: number) =>
      Array.from({ length: to - from }, (_, at) => ({
        namespace: 'shop',
        name: `s-${String(from + at)}`,
        source: 'resource' as const,
      }));
    const before = calls.length;
    const few = await ensureSubscriptions(store, batch(0, 500), tokenKeys);
    expect(await until((ids) => ids.size >= 500)).toEqual(new Set(few.map(({ id }) => id)));
    expect(calls.length - before).toBe(3);
    await ensureSubscriptions(store, batch(500, 3_000), tokenKeys);
    expect(await until((ids) => ids.has('all'))).toEqual(new Set(['all']));
  });

  it('connects again when it is cut off, and says that anything may have been missed', async () => {
    const { store, databaseUrl, until } = await listening();
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'wayleave-changes' and datname = current_database()`;
    for (let round = 0; round < 2; round += 1) {
      await execute(databaseUrl, cut);
      expect(await until((ids) => ids.has('all'))).toEqual(new Set(['all']));
    }
    const alice = await subscription(store);
    expect(await until((ids) => ids.has(alice.id))).toEqual(new Set([alice.id]));
  });

  it('ends on abort whether the database answers or not', async () => {
    const stop = new AbortController();
    const ended = listenForChanges({
      databaseUrl: 'postgres://nobody@127.0.0.1:1/nothing',
      onChange: () => {
        throw new Error('there is nothing to hear');
      },
      log: {
        ...silentLog,
        warn: () => {
          stop.abort();
        },
      },
      clock: systemClock,
      random: Math.random,
      signal: stop.signal,
    });
    await expect(ended).resolves.toBeUndefined();
  });
});
