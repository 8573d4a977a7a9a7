import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledger, nameOf, type LedgerLine } from '../../test/support/money/ledger.ts';
import { countDown } from '../../test/support/money/oracle.ts';
import { day, planTerms } from '../../test/support/money/terms.ts';
import type { LedgerEntry } from './entry.ts';
import { entitlementAt, foldEntitlement, type Segment } from './fold.ts';

const month = 30 * day;

function grant(at: number, lengthSeconds = month): LedgerLine {
  return { at, does: { kind: 'grant', lengthSeconds } };
}

function refund(at: number, of: number, refundedMinor?: bigint, paidMinor = 100n): LedgerLine {
  const part = refundedMinor === undefined ? {} : { part: { refundedMinor, paidMinor } };
  return { at, does: { kind: 'reversal', of, ...part } };
}

/** [start, end] of each segment in days. */
function daysOf(segments: readonly Segment[]): number[][] {
  return segments.map(({ startsAt, endsAt }) => [startsAt / day, endsAt / day]);
}

describe('segments', () => {
  it.each<[string, LedgerLine[], number[][]]>([
    ['nothing', [], []],
    ['one purchase', [grant(0)], [[0, 30]]],
    [
      'a renewal in time follows',
      [grant(0), grant(10 * day)],
      [
        [0, 30],
        [30, 60],
      ],
    ],
    [
      'a renewal at the last second follows',
      [grant(0), grant(month)],
      [
        [0, 30],
        [30, 60],
      ],
    ],
    [
      'a gap is not billed',
      [grant(0), grant(50 * day)],
      [
        [0, 30],
        [50, 80],
      ],
    ],
    ['a refund takes what is left', [grant(0), refund(10 * day, 0)], [[0, 10]]],
    [
      'a refund of what is used up takes nothing',
      [grant(0), grant(day), refund(40 * day, 0)],
      [
        [0, 30],
        [30, 60],
      ],
    ],
    [
      'what follows closes up',
      [grant(0), grant(day), refund(10 * day, 0)],
      [
        [0, 10],
        [10, 40],
      ],
    ],
    [
      'a refund before its time leaves nothing of it',
      [grant(0), grant(day), refund(10 * day, 1)],
      [
        [0, 30],
        [30, 30],
      ],
    ],
    [
      'of three the middle one goes',
      [grant(0), grant(1), grant(2), refund(10 * day, 1)],
      [
        [0, 30],
        [30, 30],
        [30, 60],
      ],
    ],
    [
      'a gap stays where something before it is refunded',
      [grant(0), grant(50 * day), refund(60 * day, 0)],
      [
        [0, 30],
        [50, 80],
      ],
    ],
    ['half of the money takes half of the time', [grant(0), refund(0, 0, 50n)], [[0, 15]]],
    ['half of the money takes no more than is left', [grant(0), refund(20 * day, 0, 50n)], [[0, 20]]],
    ['parts add up', [grant(0), refund(0, 0, 10n), refund(0, 0, 20n)], [[0, 21]]],
    ['parts of all take all', [grant(0), refund(day, 0, 10n), refund(day, 0, 90n)], [[0, 1]]],
    [
      'a refund told twice takes once',
      [grant(0), grant(1), refund(day, 0), refund(day, 0)],
      [
        [0, 1],
        [1, 31],
      ],
    ],
  ])('%s', (_, lines, expected) => {
    expect(daysOf(foldEntitlement(ledger(...lines)))).toEqual(expected);
  });

  it.each<[string, LedgerEntry[], string]>([
    [
      'another subscription',
      ledger(grant(0), grant(1)).map((entry, index) => ({ ...entry, subscriptionId: String(index) })),
      'LEDGER_FOREIGN_ENTRY',
    ],
    ['the order of sequences', ledger(grant(0), grant(1)).toReversed(), 'LEDGER_ORDER'],
    ['time running backwards', ledger(grant(1), grant(0)), 'LEDGER_ORDER'],
    ['a reversal of what was not granted', ledger(refund(0, 7)), 'LEDGER_TARGET_UNKNOWN'],
    ['a reversal of a hold', ledger({ at: 0, does: { kind: 'hold' } }, refund(0, 0)), 'LEDGER_TARGET_UNKNOWN'],
  ])('refuses %s', (_, entries, code) => {
    expect(() => foldEntitlement(entries)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('an entitlement', () => {
  const big = planTerms('big');
  const trial = { kind: 'grant', source: 'trial', lengthSeconds: 3 * day, terms: planTerms('trial') } as const;
  const purchase = { kind: 'grant', lengthSeconds: month, terms: big } as const;

  it('is none before the first grant', () => {
    expect(entitlementAt([], 0)).toBeUndefined();
    expect(entitlementAt(ledger({ at: 0, does: { kind: 'hold' } }), 0)).toBeUndefined();
  });

  it('has the limits of the running segment, and says when they change', () => {
    const entries = ledger(grant(0), { at: day, does: purchase });
    expect(entitlementAt(entries, 2 * day)).toMatchObject({
      terms: { plan: 'month' },
      changesAt: month,
      expiresAt: 2 * month,
    });
    expect(entitlementAt(entries, month)).toMatchObject({ terms: big, changesAt: undefined });
    expect(entitlementAt(entries, 3 * month)).toMatchObject({ terms: big, changesAt: undefined, expiresAt: 2 * month });
  });

  it('of a trial has the limits of the purchase that follows, until that is refunded', () => {
    const bought = [
      { at: 0, does: trial },
      { at: day, does: purchase },
    ];
    expect(entitlementAt(ledger(...bought), day)).toMatchObject({ terms: big, expiresAt: 33 * day });
    expect(entitlementAt(ledger(...bought, refund(day, 1)), day)).toMatchObject({
      terms: { plan: 'trial' },
      expiresAt: 3 * day,
      changesAt: undefined,
    });
  });

  it('of a trial keeps its limits when only a compensation follows', () => {
    const compensation = { ...purchase, source: 'compensation' } as const;
    const entries = ledger({ at: 0, does: trial }, { at: day, does: compensation });
    expect(entitlementAt(entries, day)).toMatchObject({ terms: { plan: 'trial' }, expiresAt: 33 * day });
  });

  it('is denied while any hold is open, and time runs on', () => {
    const lines: LedgerLine[] = [
      grant(0),
      { at: 1, does: { kind: 'hold' } },
      { at: 2, does: { kind: 'hold' } },
      { at: 3, does: { kind: 'release', of: 1 } },
    ];
    expect(entitlementAt(ledger(...lines), 4)).toMatchObject({ access: 'denied', expiresAt: month });
    const released = ledger(...lines, { at: 5, does: { kind: 'release', of: 2 } });
    expect(entitlementAt(released, 6)).toMatchObject({ access: 'granted', expiresAt: month });
  });

  it('of a segment that was reversed before it began shows nothing of it', () => {
    const entries = ledger(grant(0), { at: 1, does: purchase }, grant(2), refund(3, 1));
    expect(entitlementAt(entries, 4)).toMatchObject({ terms: { plan: 'month' }, changesAt: month });
    expect(entitlementAt(entries, month + 1)).toMatchObject({ terms: { plan: 'month' }, expiresAt: 2 * month });
  });
});

/** Histories of one subscription: purchases, refunds whole and in part, holds, over some months. */
const histories: fc.Arbitrary<LedgerLine[]> = fc
  .array(
    fc.record({
      waits: fc.oneof(fc.nat(3), fc.nat(day), fc.nat(2 * month)),
      does: fc.oneof(
        { weight: 3, arbitrary: fc.constant('grant' as const) },
        { weight: 2, arbitrary: fc.constant('reversal' as const) },
        { weight: 2, arbitrary: fc.constant('part' as const) },
        { weight: 1, arbitrary: fc.constantFrom('hold' as const, 'reset' as const) },
      ),
      lengthSeconds: fc.integer({ min: 1, max: 2 * month }),
      pick: fc.nat(),
      minor: fc.integer({ min: 1, max: 100 }),
    }),
    { maxLength: 20 },
  )
  .map((steps) => {
    let at = 1_700_000_000;
    const grants: number[] = [];
    const left = new Map<number, number>();
    return steps.map(({ waits, does, lengthSeconds, pick, minor }, index): LedgerLine => {
      at += waits;
      const of = grants[pick % Math.max(1, grants.length)];
      if (does === 'reversal' && of !== undefined) return refund(at, of);
      const rest = of === undefined ? 0 : (left.get(of) ?? 100);
      if (does === 'part' && of !== undefined && rest > 0) {
        const refunded = Math.min(rest, minor);
        left.set(of, rest - refunded);
        return refund(at, of, BigInt(refunded));
      }
      if (does === 'hold' || does === 'reset') return { at, does: { kind: does } };
      grants.push(index);
      return grant(at, lengthSeconds);
    });
  });

function lengthsOf(segments: readonly Segment[]): Map<string, number> {
  return new Map(segments.map(({ grantId, startsAt, endsAt }) => [grantId, endsAt - startsAt]));
}

function endOf(entries: readonly LedgerEntry[]): number | undefined {
  return foldEntitlement(entries).at(-1)?.endsAt;
}

describe('whatever happened', () => {
  const runs = { numRuns: 2_000 };

  it('a second way of counting comes to the same', () => {
    fc.assert(
      fc.property(histories, (lines) => {
        const entries = ledger(...lines);
        const opinion = countDown(entries);
        const segments = foldEntitlement(entries);
        expect(segments.at(-1)?.endsAt).toBe(opinion?.expiresAt);
        expect(lengthsOf(segments)).toEqual(opinion?.kept ?? new Map());
      }),
      runs,
    );
  });

  it('no second is lost and none is given twice', () => {
    fc.assert(
      fc.property(histories, (lines) => {
        const entries = ledger(...lines);
        const granted = entries.reduce((sum, entry) => sum + (entry.kind === 'grant' ? entry.lengthSeconds : 0), 0);
        const kept = [...lengthsOf(foldEntitlement(entries)).values()].reduce((sum, length) => sum + length, 0);
        expect(kept).toBe(granted - (countDown(entries)?.takenSeconds ?? 0));
      }),
      runs,
    );
  });

  it('segments stand one after the other, and never before they were paid', () => {
    fc.assert(
      fc.property(histories, (lines) => {
        const entries = ledger(...lines);
        const segments = foldEntitlement(entries);
        for (const [index, { startsAt, endsAt, grantId }] of segments.entries()) {
          expect(endsAt).toBeGreaterThanOrEqual(startsAt);
          expect(startsAt).toBeGreaterThanOrEqual(segments[index - 1]?.endsAt ?? 0);
          // Closing up may begin a segment before its turn, never before its grant.
          expect(startsAt).toBeGreaterThanOrEqual(entries.find(({ id }) => id === grantId)?.at ?? Infinity);
        }
      }),
      runs,
    );
  });

  it('a refund of one charge shortens no other', () => {
    fc.assert(
      fc.property(histories, fc.nat(), fc.nat(month), (lines, pick, waits) => {
        const grants = lines.flatMap(({ does }, index) => (does.kind === 'grant' ? [index] : []));
        const of = grants[pick % Math.max(1, grants.length)];
        const last = lines.at(-1);
        if (of === undefined || last === undefined) return;
        const before = lengthsOf(foldEntitlement(ledger(...lines)));
        const after = lengthsOf(foldEntitlement(ledger(...lines, refund(last.at + waits, of))));
        for (const [id, length] of before) if (id !== nameOf(of)) expect(after.get(id)).toBe(length);
        expect(after.get(nameOf(of))).toBeLessThanOrEqual(before.get(nameOf(of)) ?? 0);
      }),
      runs,
    );
  });

  it('a refund of everything ends access at once', () => {
    fc.assert(
      fc.property(histories, fc.nat(month), fc.boolean(), (lines, waits, newestFirst) => {
        const at = (lines.at(-1)?.at ?? 0) + waits;
        const grants = lines.flatMap(({ does }, index) => (does.kind === 'grant' ? [index] : []));
        const order = newestFirst ? grants.toReversed() : grants;
        const end = endOf(ledger(...lines, ...order.map((of) => refund(at, of))));
        if (end !== undefined) expect(end).toBeLessThanOrEqual(at);
      }),
      runs,
    );
  });

  it('what was refunded once cannot be taken again', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (lines, waits) => {
        const at = (lines.at(-1)?.at ?? 0) + waits;
        const whole = lines.flatMap(({ does }) =>
          does.kind === 'reversal' && does.part === undefined ? [does.of] : [],
        );
        const entries = ledger(...lines);
        const again = ledger(...lines, ...whole.map((of) => refund(at, of)));
        expect(daysOf(foldEntitlement(again))).toEqual(daysOf(foldEntitlement(entries)));
      }),
      runs,
    );
  });

  it('charges that come before the time runs out give the same end in any order', () => {
    const lengths = fc.array(fc.integer({ min: day, max: month }), { minLength: 1, maxLength: 8 });
    const waits = fc.array(fc.nat(day / 8), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(lengths, waits, fc.nat(7), (all, pauses, turn) => {
        const from = turn % all.length;
        const shuffled = [...all.slice(from), ...all.slice(0, from)].toReversed();
        const deliver = (order: readonly number[]): LedgerEntry[] => {
          let at = 0;
          return ledger(...order.map((length, index) => grant((at += pauses[index] ?? 0), length)));
        };
        expect(endOf(deliver(shuffled))).toBe(endOf(deliver(all)));
      }),
      runs,
    );
  });

  it('a refund in parts takes what the whole sum takes at once', () => {
    const parts = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(parts, fc.integer({ min: 1, max: month }), fc.nat(2 * month), (minors, length, at) => {
        const paid = 150n;
        const sum = minors.reduce((total, minor) => total + BigInt(minor), 0n);
        const inParts = ledger(
          grant(0, length),
          grant(0),
          ...minors.map((minor) => refund(at, 0, BigInt(minor), paid)),
        );
        const atOnce = ledger(grant(0, length), grant(0), refund(at, 0, sum, paid));
        expect(daysOf(foldEntitlement(inParts))).toEqual(daysOf(foldEntitlement(atOnce)));
      }),
      runs,
    );
  });

  it('holds, releases and resets move no time', () => {
    fc.assert(
      fc.property(histories, (lines) => {
        const money = lines.flatMap(({ does, at }, index) =>
          does.kind === 'grant' || does.kind === 'reversal' ? [{ does, at, index }] : [],
        );
        const places = new Map(money.map(({ index }, place) => [index, place]));
        const without = money.map(({ does, at }): LedgerLine => ({
          at,
          does: does.kind === 'reversal' ? { ...does, of: places.get(does.of) ?? -1 } : does,
        }));
        expect(daysOf(foldEntitlement(ledger(...without)))).toEqual(daysOf(foldEntitlement(ledger(...lines))));
      }),
      runs,
    );
  });
});
