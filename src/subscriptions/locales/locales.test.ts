import { describe, expect, it } from 'vitest';

import { languages, texts } from '../languages.ts';
import { pluralsOf } from './plurals.ts';

/** Every text of a language by its path, with functions called. */
function allTexts(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (typeof value === 'function') {
    const facts = { until: 'UNTIL', left: 'LEFT', ago: 'AGO', reset: 'RESET' };
    const first = path.includes('.states.') ? facts : path.includes('servers') || path.endsWith('more') ? 2 : 'FIRST';
    return [[path, (value as (...args: unknown[]) => unknown)(first, 3)]];
  }
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => allTexts(inner, `${path}.${key}`));
}

describe.each(languages)('%s', (language) => {
  const said = allTexts(texts[language], '');

  it('says everything that English does', () => {
    expect(said.map(([path]) => path)).toEqual(allTexts(texts.en, '').map(([path]) => path));
  });

  it.each(said)('%s is one line of text', (_, text) => {
    expect(text).toMatch(/^\P{Cc}+$/u);
    expect(text).not.toMatch(/undefined|\[object|^\s|\s$|\.\./);
  });
});

it.each([
  [1, 'one'],
  [2, 'few'],
  [4, 'few'],
  [5, 'other'],
  [11, 'other'],
  [12, 'other'],
  [21, 'one'],
  [104, 'few'],
  [111, 'other'],
])('in Russian %i takes the form %s', (count, form) => {
  expect(pluralsOf('ru')(count, { one: 'one', few: 'few', other: 'other' })).toBe(form);
});
