import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type LabelSelector, matchesSelector } from './selector.ts';

const nl = { region: 'eu', country: 'nl' };

describe('matchesSelector', () => {
  it.each<[string, LabelSelector | undefined, Record<string, string> | undefined, boolean]>([
    ['nothing asked', undefined, nl, true],
    ['nothing asked of nothing', undefined, undefined, true],
    ['an empty selector', {}, undefined, true],
    ['empty parts', { matchLabels: {}, matchExpressions: [] }, nl, true],
    ['a label', { matchLabels: { region: 'eu' } }, nl, true],
    ['another value', { matchLabels: { region: 'us' } }, nl, false],
    ['one of two labels', { matchLabels: { region: 'eu', country: 'de' } }, nl, false],
    ['a label of nothing', { matchLabels: { region: 'eu' } }, undefined, false],
    ['an empty value is not absence', { matchLabels: { region: '' } }, {}, false],
    ['In', { matchExpressions: [{ key: 'region', operator: 'In', values: ['us', 'eu'] }] }, nl, true],
    ['In, another', { matchExpressions: [{ key: 'region', operator: 'In', values: ['us'] }] }, nl, false],
    ['In, absent', { matchExpressions: [{ key: 'tier', operator: 'In', values: ['1'] }] }, nl, false],
    ['NotIn', { matchExpressions: [{ key: 'region', operator: 'NotIn', values: ['us'] }] }, nl, true],
    ['NotIn, one of them', { matchExpressions: [{ key: 'region', operator: 'NotIn', values: ['eu'] }] }, nl, false],
    ['NotIn, absent', { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['1'] }] }, nl, true],
    ['Exists', { matchExpressions: [{ key: 'region', operator: 'Exists' }] }, nl, true],
    ['Exists, absent', { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, nl, false],
    ['DoesNotExist', { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, nl, true],
    ['DoesNotExist, present', { matchExpressions: [{ key: 'region', operator: 'DoesNotExist' }] }, nl, false],
    ['names of Object.prototype', { matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, nl, false],
    [
      'labels and expressions together',
      { matchLabels: { region: 'eu' }, matchExpressions: [{ key: 'country', operator: 'In', values: ['de'] }] },
      nl,
      false,
    ],
  ])('%s', (_, selector, labels, expected) => {
    expect(matchesSelector(selector, labels)).toBe(expected);
  });

  const keys = fc.constantFrom('a', 'b', 'c');
  const values = fc.constantFrom('1', '2', '');
  const labels = fc.dictionary(keys, values);
  const requirements = fc.array(
    fc.record({
      key: keys,
      operator: fc.constantFrom('In' as const, 'NotIn' as const, 'Exists' as const, 'DoesNotExist' as const),
      values: fc.array(values),
    }),
  );

  it('is the conjunction of its parts', () => {
    fc.assert(
      fc.property(labels, requirements, labels, (matchLabels, matchExpressions, present) => {
        const parts = [
          ...Object.entries(matchLabels).map(([key, value]) =>
            matchesSelector({ matchLabels: { [key]: value } }, present),
          ),
          ...matchExpressions.map((one) => matchesSelector({ matchExpressions: [one] }, present)),
        ];
        expect(matchesSelector({ matchLabels, matchExpressions }, present)).toBe(parts.every(Boolean));
      }),
    );
  });

  it('has operators that exclude each other', () => {
    fc.assert(
      fc.property(keys, fc.array(values), labels, (key, list, present) => {
        const meets = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist') =>
          matchesSelector({ matchExpressions: [{ key, operator, values: list }] }, present);
        expect(meets('In')).toBe(!meets('NotIn'));
        expect(meets('Exists')).toBe(!meets('DoesNotExist'));
      }),
    );
  });
});
