import { describe, expect, it } from 'vitest';
import { ledger } from '../../test/support/money/ledger.ts';
import { day } from '../../test/support/money/terms.ts';
import { duration, explainLedger } from './explain.ts';
import { foldEntitlement } from './fold.ts';

describe('an explained ledger', () => {
  it('says of every entry what it did to the expiry', () => {
    const entries = ledger(
      { at: 0, does: { kind: 'grant', lengthSeconds: 30 * day } },
      { at: day, does: { kind: 'grant', lengthSeconds: 30 * day } },
      { at: 10 * day, does: { kind: 'reversal', of: 0 } },
    );
    const lines = explainLedger(entries, foldEntitlement(entries));
    expect(lines.map(({ movedSeconds }) => movedSeconds / day)).toEqual([30, 30, -20]);
    expect(lines.map(({ expiresAt = 0 }) => expiresAt / day)).toEqual([30, 60, 40]);
    expect(lines.map(({ segment }) => segment && [segment.startsAt / day, segment.endsAt / day])).toEqual([
      [0, 10],
      [10, 40],
      undefined,
    ]);
    expect(lines[2]).toMatchObject({ kind: 'reversal', about: 1 });
    expect(lines.at(-1)?.expiresAt).toBe(foldEntitlement(entries).at(-1)?.endsAt);
  });

  it('explains nothing where there is nothing', () => {
    expect(explainLedger([], [])).toEqual([]);
  });

  it.each([
    [0, '0d'],
    [59, '59s'],
    [3600, '1h'],
    [30 * day, '30d'],
    [day + 6 * 3600 + 61, '1d 6h 1m'],
  ])('writes %s seconds as %s', (seconds, written) => {
    expect(duration(seconds)).toBe(written);
  });
});
