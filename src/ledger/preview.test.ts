import { describe, expect, it } from 'vitest';
import { planTerms, day } from '../../test/support/money/terms.ts';
import type { GrantEntry, LedgerEntry } from './entry.ts';
import { previewGrant, previewRevoke } from './preview.ts';

const grant = (sequence: number, at: number, days: number): GrantEntry => ({
  id: `grant ${String(sequence)}`,
  subscriptionId: 'alice',
  sequence,
  at,
  source: 'charge',
  cause: `cause ${String(sequence)}`,
  author: 'telegram',
  reason: '',
  orderId: undefined,
  kind: 'grant',
  lengthSeconds: days * day,
  terms: planTerms(`plan ${String(sequence)}`),
});

/** Ten days and twenty more, from day 0. */
const entries: readonly LedgerEntry[] = [grant(1, 0, 10), grant(2, 0, 20)];

describe('what a person would change', () => {
  it.each([
    ['while time runs, follows it', 5 * day, 33 * day],
    ['after it ended, begins now', 40 * day, 43 * day],
  ])('given %s', (_, now, expiresAt) => {
    const given = { source: 'admin', lengthSeconds: 3 * day, terms: undefined } as const;
    const after = previewGrant(entries, now, given);
    expect(after).toMatchObject({ expiresAt, access: 'granted' });
    expect(previewGrant(entries, now, { ...given, terms: planTerms('other') })?.expiresAt).toBe(expiresAt);
  });

  it('has the limits of the last grant unless told otherwise, and none without any', () => {
    const given = { source: 'admin', lengthSeconds: day, terms: undefined } as const;
    expect(previewGrant(entries, 40 * day, given)?.terms.plan).toBe('plan 2');
    expect(previewGrant([], 40 * day, given)).toBeUndefined();
  });

  it.each([
    [['grant 1'], 25 * day],
    [['grant 2'], 10 * day],
    [['grant 1', 'grant 2'], 5 * day],
    [['grant 2', 'grant 1'], 5 * day],
    [[], 30 * day],
  ])('taken on day 5 from %j, everything ends at %d s', (targets, expiresAt) => {
    expect(previewRevoke(entries, 5 * day, targets)?.expiresAt).toBe(expiresAt);
  });
});
