import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { clip } from './messages.ts';

describe('clip', () => {
  it('leaves what fits alone, counted as the API server counts', () => {
    expect(clip('🇳🇱', 2)).toBe('🇳🇱');
    expect(clip('abc', 3)).toBe('abc');
  });

  it('says that something is missing', () => {
    expect(clip('abcd', 3)).toBe('ab…');
  });

  it('never exceeds the limit and never splits a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 12 }), (text, limit) => {
        const clipped = clip(text, limit);
        expect(Array.from(clipped).length).toBeLessThanOrEqual(limit);
        expect(clipped.isWellFormed()).toBe(text.isWellFormed());
      }),
    );
  });
});
