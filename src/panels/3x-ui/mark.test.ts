import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownershipMark, placeholderMark, readMark } from './mark.ts';

const installation = 'b3f0a1de-0000-4000-8000-000000000001';

describe('the ownership mark', () => {
  it('reads back for its own installation and is foreign to any other', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), (other, subscriptionId) => {
        const comment = ownershipMark(installation, subscriptionId);
        expect(readMark(comment, installation)).toEqual({ kind: 'ours', subscriptionId });
        expect(readMark(comment, other)).toEqual({
          kind: other === installation ? 'ours' : 'other',
          ...(other === installation && { subscriptionId }),
        });
      }),
    );
  });

  it.each([
    '',
    'vip',
    'wayleave',
    `wayleave/${installation}`,
    `wayleave/${installation}/`,
    `wayleave/${installation}/a/b`,
    `x wayleave/${installation}/a`,
  ])('is not %j', (comment) => {
    expect(readMark(comment, installation)).toEqual({ kind: 'unmarked' });
  });

  it('compares installations exactly', () => {
    expect(readMark(ownershipMark(installation.toUpperCase(), 's'), installation)).toEqual({ kind: 'other' });
    expect(readMark(ownershipMark(`${installation}0`, 's'), installation)).toEqual({ kind: 'other' });
  });

  it('tells a placeholder from a customer', () => {
    expect(readMark(placeholderMark(installation), installation)).toEqual({ kind: 'placeholder' });
  });
});
