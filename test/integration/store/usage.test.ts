import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  recordUsage,
  resetUsage,
  usageBaselines,
  usageTotals,
  type Store,
  type UsageReading,
} from '../../../src/store/index.ts';
import { anyNumber, freshStore, panel, subscription } from './support.ts';

interface Counters {
  readonly up: number;
  readonly down: number;
}

const bytes = fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 10 ** 12 }));
/** What happens between two readings: traffic, or a reset and then traffic. */
const step = fc.record({ up: bytes, down: bytes, reset: fc.boolean() });

function reading(subscriptionId: string, counters: Counters, lastOnlineMs = 0): UsageReading {
  return {
    subscriptionId,
    email: `wl-${subscriptionId}`,
    upBytes: counters.up,
    downBytes: counters.down,
    lastOnlineMs,
  };
}

async function total(store: Store, id: string): Promise<{ up: bigint; down: bigint }> {
  const found = (await usageTotals(store, [id])).get(id);
  return { up: found?.upBytes ?? 0n, down: found?.downBytes ?? 0n };
}

/** Adds what one reading shows beyond the one before; a counter that fell means that both started from zero. */
function increase(before: Counters, now: Counters): { up: bigint; down: bigint } {
  const fell = now.up < before.up || now.down < before.down;
  return { up: BigInt(now.up - (fell ? 0 : before.up)), down: BigInt(now.down - (fell ? 0 : before.down)) };
}

describe('recordUsage', () => {
  it('counts every increase once, whatever falls in between, and never loses any', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl');
    let round = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        round += 1;
        const { id } = await subscription(store, `s-${String(round)}`);
        let counters = { up: 0, down: 0 };
        let expected = { up: 0n, down: 0n };
        for (const { up, down, reset } of steps) {
          const now = reset ? { up, down } : { up: counters.up + up, down: counters.down + down };
          const more = increase(counters, now);
          expected = { up: expected.up + more.up, down: expected.down + more.down };
          counters = now;
          await recordUsage(store, nl.id, [reading(id, now)]);
          expect(await total(store, id)).toEqual(expected);
          // The same reading again, as after a crash.
          expect((await recordUsage(store, nl.id, [reading(id, now)])).changed).toEqual([]);
          expect(await total(store, id)).toEqual(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('tells what moved and which counters fell', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl');
    const [alice, bob] = [await subscription(store, 'alice'), await subscription(store, 'bob')];
    const record = (...readings: UsageReading[]) => recordUsage(store, nl.id, readings);
    expect(await record(reading(alice.id, { up: 5, down: 5 }), reading(bob.id, { up: 0, down: 0 }))).toEqual({
      changed: [alice.id, bob.id].toSorted(),
      newEpochs: [],
      refused: [],
    });
    expect(await record(reading(alice.id, { up: 6, down: 5 }), reading(bob.id, { up: 0, down: 0 }, 1_000))).toEqual({
      changed: [alice.id],
      newEpochs: [],
      refused: [],
    });
    expect(await record(reading(alice.id, { up: 1, down: 9 }))).toEqual({
      changed: [alice.id],
      newEpochs: [`wl-${alice.id}`],
      refused: [],
    });
  });

  it('leaves out what cannot be, and takes the rest', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl');
    const { id } = await subscription(store);
    const unknown = '0190a6b0-7c3e-7d2a-9f00-1234567890ab';
    const odd = [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60].map((up, at) => ({
      ...reading(id, { up, down: 0 }),
      email: `odd-${String(at)}`,
    }));
    const result = await recordUsage(store, nl.id, [
      ...odd,
      reading(unknown, { up: 1, down: 1 }),
      reading(id, { up: 7, down: 8 }),
    ]);
    expect(result.refused).toEqual([...odd.map(({ email }) => email), `wl-${unknown}`]);
    expect(await total(store, id)).toEqual({ up: 7n, down: 8n });
  });

  it('sums panels and generations, and keeps the newest sign of life', async () => {
    const store = await freshStore();
    const [nl, de] = [await panel(store, 'nl'), await panel(store, 'de')];
    const { id } = await subscription(store);
    await recordUsage(store, nl.id, [
      reading(id, { up: 1, down: 2 }, 5_000),
      { ...reading(id, { up: 10, down: 20 }), email: 'g2' },
    ]);
    await recordUsage(store, de.id, [reading(id, { up: 100, down: 200 })]);
    await recordUsage(store, nl.id, [reading(id, { up: 1, down: 2 }, 3_000)]);
    expect(await total(store, id)).toEqual({ up: 111n, down: 222n });
    const rows = await store.query(
      'select last_online as at from wayleave.panel_usage where email = $1 and panel_id = $2',
      [`wl-${id}`, nl.id],
    );
    expect(rows).toEqual([{ at: 5_000 }]);
  });

  it('adds up beyond what a double can hold', async () => {
    const store = await freshStore();
    const { id } = await subscription(store);
    const most = Number.MAX_SAFE_INTEGER;
    for (const name of ['nl', 'de', 'us']) {
      await recordUsage(store, (await panel(store, name)).id, [reading(id, { up: most, down: 0 })]);
    }
    expect(await total(store, id)).toEqual({ up: 3n * BigInt(most), down: 0n });
  });
});

describe('resetUsage', () => {
  it('starts from zero without touching what the panels count', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl');
    const { id } = await subscription(store);
    await recordUsage(store, nl.id, [reading(id, { up: 5, down: 7 })]);
    await resetUsage(store, id, 'Monthly');
    expect(await total(store, id)).toEqual({ up: 0n, down: 0n });
    await recordUsage(store, nl.id, [reading(id, { up: 6, down: 7 })]);
    expect(await usageTotals(store)).toEqual(new Map([[id, { upBytes: 1n, downBytes: 0n }]]));
    expect(await usageBaselines(store)).toEqual(new Map([[id, { bytes: 12n, resetAtMs: anyNumber }]]));
    await recordUsage(store, nl.id, [reading(id, { up: 2, down: 0 })]);
    expect(await total(store, id)).toEqual({ up: 3n, down: 0n });
  });

  it('works before anything was counted', async () => {
    const store = await freshStore();
    const { id } = await subscription(store);
    await resetUsage(store, id, 'Renewal');
    expect(await total(store, id)).toEqual({ up: 0n, down: 0n });
  });
});
