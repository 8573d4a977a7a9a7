import { expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { PanelError } from '../errors.ts';
import { Refusals } from './refusals.ts';

const refusal = new PanelError('PANEL_CREDENTIALS_REFUSED', 'refused', { retry: 'later' });

it('lets at most four refused logins through in any five minutes, and ever fewer', () => {
  const clock = new ManualClock();
  const refusals = new Refusals(clock);
  const triedAt: number[] = [];
  for (let second = 0; second < 7200; second += 1) {
    try {
      refusals.check();
      triedAt.push(second);
      refusals.remember(refusal);
    } catch (thrown) {
      expect(thrown).toBe(refusal);
    }
    clock.advance(1000);
  }
  for (const at of triedAt) expect(triedAt.filter((other) => other >= at && other < at + 300).length).toBeLessThan(5);
  const gaps = triedAt.slice(1).map((at, index) => at - (triedAt[index] ?? 0));
  expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
  expect(gaps.at(-1)).toBe(900);
});

it('starts afresh after a success', () => {
  const refusals = new Refusals(new ManualClock());
  refusals.remember(refusal);
  expect(() => {
    refusals.check();
  }).toThrow(refusal);
  refusals.forget();
  expect(() => {
    refusals.check();
  }).not.toThrow();
});
