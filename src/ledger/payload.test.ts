import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPayload, writePayload } from './payload.ts';

const payloads = fc.record({ shopId: fc.uuid(), orderId: fc.uuid(), attempt: fc.integer({ min: 1, max: 999_999 }) });

describe('a payload', () => {
  it('comes back as it was, from at most 78 plain characters', () => {
    fc.assert(
      fc.property(payloads, (payload) => {
        const text = writePayload(payload);
        expect(readPayload(text)).toEqual(payload);
        expect(text).toMatch(/^[0-9a-z.]{1,78}$/);
      }),
    );
  });

  it('that anybody else wrote is none', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readPayload(text)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['another version', `wl2.${'0'.repeat(32)}.${'0'.repeat(32)}.1`],
    ['attempt 0', `wl1.${'0'.repeat(32)}.${'0'.repeat(32)}.0`],
    ['an attempt with a leading zero', `wl1.${'0'.repeat(32)}.${'0'.repeat(32)}.01`],
    ['a huge attempt', `wl1.${'0'.repeat(32)}.${'0'.repeat(32)}.1000000`],
    ['a short id', `wl1.${'0'.repeat(31)}.${'0'.repeat(32)}.1`],
    ['something behind it', `wl1.${'0'.repeat(32)}.${'0'.repeat(32)}.1 `],
    ['a line before it', `\nwl1.${'0'.repeat(32)}.${'0'.repeat(32)}.1`],
    ['a line behind it', `wl1.${'0'.repeat(32)}.${'0'.repeat(32)}.1\n`],
    ['capital letters', `WL1.${'A'.repeat(32)}.${'0'.repeat(32)}.1`],
  ])('is not %s', (_, text) => {
    expect(readPayload(text)).toBeUndefined();
  });
});
