import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineSplitter } from './lines.ts';

describe('LineSplitter', () => {
  it('gives the same lines however the bytes are cut', () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => text.trim() !== '' && !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(200)), fc.boolean(), (lines, cuts, unfinished) => {
        const bytes = Buffer.from(`${lines.join('\n')}${lines.length > 0 ? '\n' : ''}${unfinished ? '{"ty' : ''}`);
        const splitter = new LineSplitter('test');
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].toSorted((a, b) => a - b);
        const seen = places.flatMap((place, index) => splitter.push(bytes.subarray(places[index - 1] ?? 0, place)));
        expect(seen).toEqual(lines);
        expect(splitter.partial).toBe(unfinished);
      }),
    );
  });

  it('refuses a line without end', () => {
    const splitter = new LineSplitter('test');
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    expect(() => {
      for (let index = 0; index < 20; index += 1) {
        splitter.push(chunk);
      }
    }).toThrow(expect.objectContaining({ code: 'KUBE_NONSENSE' }));
  });
});
