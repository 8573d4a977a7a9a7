import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { chooseLanguage, languages, textIn, texts } from './languages.ts';

describe('the language', () => {
  it.each([
    [{}, 'en'],
    [{ customer: 'ru' }, 'ru'],
    [{ customer: 'ru-RU', acceptLanguage: 'en' }, 'ru'],
    [{ customer: 'RU' }, 'ru'],
    [{ customer: 'tt', acceptLanguage: 'ru' }, 'ru'],
    [{ acceptLanguage: 'ru' }, 'ru'],
    [{ acceptLanguage: 'ru-RU,ru;q=0.9,en-US;q=0.8,en;q=0.7' }, 'ru'],
    [{ acceptLanguage: 'de, ru;q=0.3, en;q=0.8', shop: 'ru' }, 'en'],
    [{ acceptLanguage: 'en;q=0, ru;q=0.1' }, 'ru'],
    [{ acceptLanguage: 'en;q=0', shop: 'ru' }, 'ru'],
    [{ acceptLanguage: '*', shop: 'ru' }, 'ru'],
    [{ acceptLanguage: 'de', shop: 'fr' }, 'en'],
    [{ acceptLanguage: 'runic' }, 'en'],
    [{ acceptLanguage: ' ru ; q=1 ' }, 'ru'],
  ])('for %o is %s', (wish, language) => {
    expect(chooseLanguage(wish)).toBe(language);
  });

  it('is one that is spoken, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (acceptLanguage) => {
        expect(languages).toContain(chooseLanguage({ acceptLanguage, customer: acceptLanguage }));
      }),
    );
  });
});

it.each([
  [{ default: 'Example', ru: 'Пример' }, 'Пример'],
  [{ default: 'Example', 'ru-RU': 'Пример' }, 'Пример'],
  [{ default: 'Example', de: 'Beispiel' }, 'Example'],
  [{ de: 'Beispiel' }, undefined],
  [undefined, undefined],
])('a text of %o in Russian is %s', (byLanguage, text) => {
  expect(textIn(byLanguage, 'ru')).toBe(text);
});

it.each(languages)('what is said in %s fits into one line of a phone', (language) => {
  const { notices, takeAnotherApp, noAppCanUseThem } = texts[language];
  for (const line of [...Object.values(notices), takeAnotherApp('Happ, v2rayNG, v2RayTun'), noAppCanUseThem]) {
    expect(line).toMatch(/^\P{Cc}{1,100}$/u);
  }
});
