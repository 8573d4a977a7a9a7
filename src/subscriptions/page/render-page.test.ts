import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { address, device, pageInput, pageServer } from '../../../test/support/page-input.ts';
import { dayMs, startMs } from '../../../test/support/subscription-service.ts';
import { languages, texts } from '../languages.ts';
import type { PageInput } from '../page-answer.ts';
import type { ShownStanding } from '../standing.ts';
import { createPages } from './render-page.ts';

const pages = createPages();
const htmlOf = (input: PageInput): string => pages.renderPage(input).html;

/** Tags in their order, with the names of their attributes: what is left when nobody's text is. */
const tagsOf = (html: string): readonly string[] =>
  Array.from(html.matchAll(/<[^>]*>/g), ([tag]) => tag.replaceAll(/"[^"]*"/g, '""'));

const linksOf = (html: string): readonly string[] =>
  Array.from(html.matchAll(/<a [^>]*href="([^"]*)"/g), ([, url = '']) => url.replaceAll('&amp;', '&'));

/** What a browser shows as text, roughly. */
const textOf = (html: string): string =>
  html
    .replace(/<head>.*<\/head>/, '')
    .replace(/<script>.*<\/script>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll(/\s+/g, ' ');

function withText(text: string): PageInput {
  const servers = [pageServer(text), pageServer('proxy', { name: text, link: `tg://proxy?${text}`, isVpn: false })];
  const known = [device('phone', { model: text, os: text, id: text })];
  const change = { servers, profile: { title: text, announce: text, timeZone: text, supportUrl: text, botUrl: text } };
  return pageInput(change, { devices: { limit: 3, known } });
}

describe('what others wrote', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom(
      '"><script>alert(1)</script>',
      "'><img src=x onerror=alert(1)>",
      '</style></title><svg onload=alert(1)>',
      '${1}<!--',
      '\u202Egnp.exe\u2028',
    ),
  );

  it('never becomes markup', () => {
    const benign = tagsOf(htmlOf(withText('x')));
    fc.assert(
      fc.property(hostile, (text) => {
        expect(tagsOf(htmlOf(withText(text.toWellFormed())))).toEqual(benign);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'x',
  ])('is no link when it is %s', (url) => {
    const profile = { title: 'x', supportUrl: url, webPageUrl: url, botUrl: url, announce: 'x', announceUrl: url };
    for (const standing of ['active', 'expired', 'suspended', 'moved'] as const) {
      expect(linksOf(htmlOf(pageInput({ profile, standing })))).not.toContain(url);
    }
  });
});

describe('the policy', () => {
  const { html, contentSecurityPolicy } = pages.renderPage(pageInput());

  it('names the style and the script that the page has, and there are no others', () => {
    for (const [tag, directive] of [
      ['style', 'style-src'],
      ['script', 'script-src'],
    ] as const) {
      const found = Array.from(
        html.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs')),
        ([, content = '']) => content,
      );
      expect(found.map((content) => `${directive} 'sha256-${hash('sha256', content, 'base64')}'`)).toEqual([
        contentSecurityPolicy.split('; ').find((one) => one.startsWith(directive)),
      ]);
    }
    expect(html).not.toMatch(/ (?:style|on[a-z]+)=/);
    expect(contentSecurityPolicy).toMatch(/^default-src 'none'/);
    expect(contentSecurityPolicy).not.toMatch(/unsafe|\*|https?:/);
  });

  it('lets nothing be fetched, so the page names nothing to fetch', () => {
    expect(html).not.toMatch(/<(?:img|iframe|object|video|audio|source)\b|@import|url\(/);
    expect(html.match(/<link [^>]*>/g)).toEqual([expect.stringContaining('href="data:')]);
    expect(html).toContain('<meta name="robots" content="noindex,nofollow"');
  });
});

describe('the size of a page', () => {
  const crowd = Array.from({ length: 1000 }, (_, at) => device(`${at} ${'Ж'.repeat(60)}`, { os: 'Ж'.repeat(64) }));
  it.each([
    ['of 50 servers', 50, 'Нидерланды, Амстердам', 0],
    ['of 50 servers with long names and links', 50, '🇳🇱 Нидерланды '.repeat(6), 2600],
    ['of 5000 servers', 5000, 'Нидерланды', 300],
  ])('%s is below 50 kB, and says what it leaves out', (_, count, name, extra) => {
    const servers = Array.from({ length: count }, (__, at) => {
      const { link } = pageServer(name);
      return pageServer(`${name} ${at}`, { link: `${link}${'x'.repeat(extra)}` });
    });
    const announce = '&'.repeat(500);
    const profile = { title: 'Ж'.repeat(25), announce, announceUrl: 'https://example.com' };
    const devices = { limit: 1000, known: crowd };
    const html = htmlOf(pageInput({ language: 'ru', platform: 'unknown', profile, servers }, { devices }));
    expect(Buffer.byteLength(html)).toBeLessThan(50_000);
    expect(html).toContain(`href="${address}/plain"`);
    const shown = html.match(/id="link-/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(3);
    const named = html.match(/<li><bdi>/g)?.length ?? 0;
    const leftOut = Array.from(html.matchAll(/Ещё (\d+) в файле/g), ([, left]) => Number(left));
    expect(leftOut).toEqual([count - named, count - shown].filter((left) => left > 0));
  });
});

describe('a page in each state', () => {
  const standings: Readonly<Record<ShownStanding, readonly string[]>> = {
    active: [],
    preparing: [''],
    expired: ['https://t.me/example_bot'],
    limited: ['https://t.me/example_bot'],
    suspended: ['https://t.me/help'],
    denied: ['https://t.me/example_bot'],
    moved: ['https://t.me/example_bot'],
  };

  it.each(languages.flatMap((language) => Object.entries(standings).map((one) => [language, ...one] as const)))(
    'in %s says that it is %s, and what to do',
    (language, name, action) => {
      const standing = name as ShownStanding;
      const expiresAtMs = standing === 'expired' ? startMs - 3 * dayMs : startMs + 29 * dayMs;
      const html = htmlOf(pageInput({ language, standing }, { expiresAtMs }));
      expect(html).toContain(`<html lang="${language}">`);
      expect(textOf(html)).toContain(texts[language].page.states[standing].badge);
      expect(textOf(html)).not.toMatch(/undefined|null|NaN|\[object/);
      const actions = html.match(/<p class="actions">.*?<\/p>/)?.[0] ?? '';
      expect(linksOf(actions)).toEqual(action);
    },
  );

  it('shows an address, a code and servers only to who may use them', () => {
    for (const standing of ['moved', 'suspended', 'denied', 'preparing'] as const) {
      const html = htmlOf(pageInput({ standing, servers: [] }));
      expect(html).not.toContain(address);
      expect(html).not.toContain('class="qr"');
    }
    expect(htmlOf(pageInput({ standing: 'expired' }))).toContain(address);
  });

  it('leads to support or nowhere where there is no bot and no website', () => {
    const actions = (profile: PageInput['profile']) =>
      linksOf(htmlOf(pageInput({ profile, standing: 'expired' })).match(/<p class="actions">.*?<\/p>/)?.[0] ?? '');
    expect(actions({ title: 'x', webPageUrl: 'https://example.com/', supportUrl: 'https://t.me/help' })).toEqual([
      'https://example.com/',
    ]);
    expect(actions({ title: 'x', supportUrl: 'https://t.me/help' })).toEqual(['https://t.me/help']);
    expect(actions({ title: 'x' })).toEqual([]);
  });

  it('says in its last three days that it ends soon, and never of one without an end', () => {
    const badgeAt = (expiresAtMs: number) => textOf(htmlOf(pageInput({}, { expiresAtMs })));
    const { active, ending } = texts.en.page.states;
    expect(badgeAt(startMs + 3 * dayMs)).toContain(active.badge);
    expect(badgeAt(startMs + 3 * dayMs - 1)).toContain(ending.badge);
    const { expiresAtMs: _, ...endless } = pageInput().document;
    expect(textOf(htmlOf({ ...pageInput(), document: endless }))).toContain('No end date');
  });
});

describe('servers in plain words', () => {
  const wordsOf = (delivery: { ready: number; total?: number }, language: 'en' | 'ru' = 'en') =>
    textOf(htmlOf(pageInput({ language }, { delivery })));

  it.each([
    [{ ready: 1 }, '✓ 1 server ready'],
    [{ ready: 4 }, '✓ 4 servers ready'],
    [{ ready: 5, total: 5 }, '✓ All 5 servers ready'],
    [{ ready: 6, total: 5 }, '✓ All 5 servers ready'],
    [{ ready: 2, total: 0 }, '✓ 2 servers ready'],
    [{ ready: 1, total: 1 }, '✓ Your server is ready'],
    [{ ready: 4, total: 5 }, '4 of 5 servers ready; the fifth arrives by itself'],
    [{ ready: 2, total: 5 }, '2 of 5 servers ready; the other 3 arrive by themselves'],
    [{ ready: 20, total: 21 }, '20 of 21 servers ready; the last arrives by itself'],
  ])('of %o are: %s', (delivery, words) => {
    expect(wordsOf(delivery)).toContain(words);
  });

  it.each([
    [1, '✓ 1 сервер готов'],
    [2, '✓ 2 сервера готовы'],
    [5, '✓ 5 серверов готовы'],
    [11, '✓ 11 серверов готовы'],
    [21, '✓ 21 сервер готов'],
    [22, '✓ 22 сервера готовы'],
    [111, '✓ 111 серверов готовы'],
  ])('in Russian of %i are: %s', (ready, words) => {
    expect(wordsOf({ ready }, 'ru')).toContain(words);
  });

  it('a proxy for Telegram is no server of a VPN app', () => {
    const proxy = { link: 'tg://proxy?server=nl.example.com&port=443&secret=ab', isVpn: false };
    const html = htmlOf(pageInput({ servers: [pageServer('NL'), pageServer('Proxy NL', proxy)] }));
    expect(linksOf(html)).toContain(proxy.link);
    expect(textOf(html)).toContain(texts.en.page.telegram.title);
    expect(html.match(/<ul class="names">\s*<li><bdi>NL<\/bdi><\/li>\s*<\/ul>/)).not.toBeNull();
  });
});

it('a device is removed by a form to its own address', () => {
  const html = htmlOf(pageInput());
  expect(Array.from(html.matchAll(/<form method="post" action="([^"]*)"/g), ([, action]) => action)).toEqual([
    `${address}/devices/iPhone%2017/remove`,
    `${address}/devices/Pixel%2011/remove`,
  ]);
  expect(htmlOf(pageInput({}, { devices: { limit: 1, known: [] } }))).not.toContain('<form');
});
