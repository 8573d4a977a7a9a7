import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseHtml, parsePlain } from './entities.ts';

describe('HTML of a message', () => {
  test.each([
    ['<b>bold</b> and <i>italic</i>', 'bold and italic', ['bold 0+4', 'italic 9+6']],
    ['<u>a<s>b</s></u>', 'ab', ['underline 0+2', 'strikethrough 1+1']],
    ['<tg-spoiler>x</tg-spoiler><span class="tg-spoiler">y</span>', 'xy', ['spoiler 0+1', 'spoiler 1+1']],
    ['👍 <code>x</code>', '👍 x', ['code 3+1']],
    ['<blockquote expandable>x</blockquote>', 'x', ['expandable_blockquote 0+1']],
    ['  <b>  trimmed </b> ', 'trimmed', ['bold 0+7']],
    ['&lt;b&gt; &amp; &quot;&#169;&unknown;', '<b> & "©&unknown;', []],
    ['<b></b>empty', 'empty', []],
  ])('%s', (html, text, expected) => {
    const parsed = parseHtml(html);
    expect(parsed.text).toBe(text);
    expect(parsed.entities.map(({ type, offset, length }) => `${type} ${offset}+${length}`)).toStrictEqual(expected);
  });

  test('keeps the address of a link and the language of a program', () => {
    expect(parseHtml('<a href="https://example.org/?a=1&amp;b=2">x</a>').entities).toStrictEqual([
      { type: 'text_link', offset: 0, length: 1, url: 'https://example.org/?a=1&b=2' },
    ]);
    expect(parseHtml('<pre><code class="language-json">{}</code></pre>').entities).toStrictEqual([
      { type: 'pre', offset: 0, length: 2, language: 'json' },
    ]);
  });

  test.each(['<b>open', '</b>', '<b><i>x</b></i>', '<div>x</div>', '1 < 2', '<br>', '<b', '<img src="x">'])(
    'refuses %s',
    (html) => {
      expect(() => parseHtml(html)).toThrow("can't parse entities");
    },
  );

  test('gives back every text that was escaped', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        expect(parseHtml(escaped)).toStrictEqual({ text: text.trim(), entities: [] });
      }),
    );
  });
});

test('a typed text has its commands marked, as bots rely on', () => {
  expect(
    parsePlain('/start abc, not a/b, but /help').entities.map(({ offset, length }) => [offset, length]),
  ).toStrictEqual([
    [0, 6],
    [25, 5],
  ]);
});
