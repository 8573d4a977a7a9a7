import fc from 'fast-check';
import { expect, it } from 'vitest';
import { storableJson } from './storable-json.ts';

it('never holds what jsonb refuses, and changes nothing else', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      const stored = JSON.parse(storableJson({ texts })) as { readonly texts: readonly string[] };
      for (const [index, text] of texts.entries()) {
        expect(stored.texts[index]).not.toContain('\u0000');
        expect(stored.texts[index]?.isWellFormed()).toBe(true);
        if (text.isWellFormed() && !text.includes('\u0000')) expect(stored.texts[index]).toBe(text);
      }
    }),
  );
  expect(storableJson({ a: 'x\u0000y\uD800z' })).toBe('{"a":"x\uFFFDy\uFFFDz"}');
});
