import { uuidv7 } from 'uuidv7';
import { describe, expect, it } from 'vitest';
import { actions } from './actions.ts';
import { readCallback, shortKey, writeCallback } from './callback.ts';
import { BotError } from './errors.ts';

describe('the data of a button', () => {
  it('comes back as it was written', () => {
    const [one, two] = [uuidv7(), uuidv7()];
    for (const args of [[], ['a'], [one], [one, two], ['', 'x'], [shortKey('any plan'), one, shortKey('card')]]) {
      expect(readCallback(writeCallback('act', ...args))).toEqual({ action: 'act', args });
    }
  });

  it('fits into 64 bytes for the longest screens', () => {
    const longest = writeCallback(actions.accept, shortKey('v'), actions.pay, shortKey('p'), uuidv7(), shortKey('m'));
    expect(Buffer.byteLength(longest)).toBeLessThanOrEqual(64);
  });

  it('is refused when it is too long or cannot be read back', () => {
    for (const args of [['x'.repeat(64)], ['a:b'], ['ä'], ['~plain']]) {
      expect(() => writeCallback('act', ...args)).toThrow(BotError);
    }
  });

  it('is nothing when another version wrote it, or nobody', () => {
    for (const data of ['', '0:menu', '2:menu', 'menu', '1:', '1', '1:a:b c', '1:a:~short']) {
      expect(readCallback(data)).toBeUndefined();
    }
  });

  it('gives every action a name of its own', () => {
    const names = Object.values(actions);
    expect(new Set(names).size).toBe(names.length);
  });
});
