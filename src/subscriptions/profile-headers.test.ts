import fc from 'fast-check';
import { validateHeaderValue } from 'node:http';
import { describe, expect, it } from 'vitest';

import { bareDocument } from '../../test/support/subscription-service.ts';
import { subscriptionFormats } from '../formats/formats.ts';
import { mihomo } from '../formats/mihomo.ts';
import { singBox } from '../formats/sing-box.ts';
import type { ShopRendering } from '../store/index.ts';
import { clientFamilies } from './families.ts';
import { type Language, languages } from './languages.ts';
import { profileOf, type ProfileSettings, validateProfile } from './profile.ts';
import { type HeaderSet, headerSetOf, momentaryHeaders, nextMonthMs, profileHeaders } from './profile-headers.ts';
import type { SubscriptionDocument } from './source.ts';

const settings: ProfileSettings = { title: 'Wayleave', updateIntervalHours: 12 };

const [links] = subscriptionFormats;

interface Asked {
  readonly profile?: ProfileSettings;
  readonly shop?: ShopRendering;
  readonly headers?: HeaderSet;
  readonly language?: Language;
  readonly format?: typeof links;
}

function headersOf(change: Partial<SubscriptionDocument>, asked: Asked = {}): Map<string, string> {
  const { profile = settings, shop, headers = 'app', language = 'en', format = links } = asked;
  return pairs(profileHeaders(bareDocument(change), profileOf(profile, shop), { language, headers, format }));
}

function pairs(flat: readonly string[]): Map<string, string> {
  return new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : [])));
}

/** The rules by which Hiddify (2026-06) refuses a whole import, as its source has them. */
function importIntoHiddify(headers: ReadonlyMap<string, string>) {
  const interval = headers.get('profile-update-interval') ?? '';
  if (!/^\d+$/.test(interval)) throw new Error(`interval ${interval}`);
  const title = /^base64:((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$/.exec(
    headers.get('profile-title') ?? '',
  )?.[1];
  if (title === undefined) throw new Error('title');
  const items = (headers.get('subscription-userinfo') ?? '').split(';').map((item) => item.split('='));
  const userInfo = new Map(
    items.map(([name = '', value, ...rest]) => [name.trim(), rest.length > 0 ? undefined : value]),
  );
  const read = (name: string): number => {
    const value = userInfo.get(name);
    if (value === undefined || !/^\d+$/.test(value)) throw new Error(`userinfo ${name}=${value}`);
    return Number(value);
  };
  return {
    title: new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(title, 'base64')),
    fileName: /filename="([^"]*)"/.exec(headers.get('content-disposition') ?? '')?.[1],
    upload: read('upload'),
    download: read('download'),
    total: read('total'),
    expire: read('expire'),
  };
}

describe('the headers of an answer', () => {
  it('say what the customer has used, has left, and until when', () => {
    const headers = headersOf({
      expiresAtMs: 1_767_225_600_999,
      usage: { uploadBytes: 1, downloadBytes: 123, limitBytes: 5e12 },
    });
    expect(headers.get('subscription-userinfo')).toBe('upload=1; download=123; total=5000000000000; expire=1767225600');
  });

  it('say 0 for no limit and for never', () => {
    expect(headersOf({}).get('subscription-userinfo')).toBe('upload=0; download=0; total=0; expire=0');
  });

  it('are taken by the strictest app and by Node, whatever the seller wrote', () => {
    const anyTitle = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.constantFrom('"; rm', 'Пятёрка', '👨‍👩‍👧‍👦'.repeat(30), '\ud83d', '', ' ', 'a\r\nset-cookie: x'),
    );
    const bytes = fc.double({ min: 0, max: 2 ** 60, noNaN: true });
    fc.assert(
      fc.property(anyTitle, bytes, bytes, fc.option(fc.integer()), (title, uploadBytes, downloadBytes, expires) => {
        const headers = headersOf({
          title,
          usage: { uploadBytes, downloadBytes },
          ...(expires === null ? {} : { expiresAtMs: expires }),
        });
        const seen = importIntoHiddify(headers);
        expect(seen.title).not.toBe('');
        expect(seen.fileName).toMatch(/^[A-Za-z0-9._-][A-Za-z0-9 ._-]*$/);
        for (const [name, value] of headers) {
          validateHeaderValue(name, value);
          expect(value).toMatch(/^[ -~]+$/);
        }
      }),
    );
  });

  it.each([
    ['Alice', 'Alice', `attachment; filename="Alice"; filename*=UTF-8''Alice`],
    ['Пятёрка', 'Пятёрка', `attachment; filename="subscription"; filename*=UTF-8''${encodeURIComponent('Пятёрка')}`],
    ['NL "1" (x)', 'NL "1" (x)', `attachment; filename="NL 1 x"; filename*=UTF-8''NL%20%221%22%20%28x%29`],
    ['  ', 'Wayleave', `attachment; filename="Wayleave"; filename*=UTF-8''Wayleave`],
    ['🇳🇱'.repeat(30), '🇳🇱'.repeat(25), undefined],
  ])('name %j', (title, shown, disposition) => {
    const headers = headersOf({ title });
    expect(importIntoHiddify(headers).title).toBe(shown);
    if (disposition !== undefined) expect(headers.get('content-disposition')).toBe(disposition);
  });

  it('carry addresses only when there are some, in ASCII', () => {
    expect([...headersOf({}).keys()]).not.toContain('support-url');
    const profile = { ...settings, supportUrl: 'https://т.рф/п', webPageUrl: 'https://example.com' };
    const headers = headersOf({}, { profile });
    expect(headers.get('support-url')).toBe('https://xn--r1a.xn--p1ai/%D0%BF');
    expect(headers.get('profile-web-page-url')).toBe('https://example.com/');
  });

  it.each([
    ['half an hour', { updateIntervalHours: 0.5 }],
    ['no time', { updateIntervalHours: 0 }],
    ['a broken address', { supportUrl: 'support' }],
  ])('are not promised for %s', (_, change) => {
    expect(() => validateProfile({ ...settings, ...change })).toThrow(
      expect.objectContaining({ code: 'SUB_CONFIG_INVALID' }),
    );
  });
});

const shop: ShopRendering = {
  language: 'ru',
  title: { default: 'Example', ru: 'Пример' },
  updateIntervalHours: 6,
  supportUrl: 'https://t.me/example_help',
  webPageUrl: 'https://example.com/',
  announce: { text: { default: 'Hello', ru: 'Привет' }, url: 'https://example.com/news' },
  happ: { routing: 'happ://routing/onadd/e30=', hideSettings: true },
};

const decoded = (value: string | undefined): string =>
  Buffer.from(value?.replace(/^base64:/, '') ?? '', 'base64').toString('utf8');

describe('what a shop says', () => {
  it.each([
    ['en', 'Example', 'Hello'],
    ['ru', 'Пример', 'Привет'],
  ] as const)('is said in %s', (language, title, announcement) => {
    const headers = headersOf({ title: 'Month' }, { shop, language, headers: 'announcing' });
    expect(importIntoHiddify(headers).title).toBe(title);
    expect(decoded(headers.get('announce'))).toBe(announcement);
    expect(headers.get('announce-url')).toBe('https://example.com/news');
    expect(headers.get('profile-update-interval')).toBe('6');
    expect(headers.get('support-url')).toBe('https://t.me/example_help');
    expect(headers.get('profile-web-page-url')).toBe('https://example.com/');
  });

  it('names the profile after the subscription where it gives no title itself', () => {
    const titles = { default: 'Month', ru: 'Месяц' };
    const of = (language: Language): string =>
      importIntoHiddify(headersOf({ title: 'Month', titles }, { language })).title;
    expect([of('en'), of('ru')]).toEqual(['Month', 'Месяц']);
  });

  it.each(clientFamilies)('reaches %s as far as it concerns it', (family) => {
    const names = [...headersOf({}, { shop, headers: headerSetOf(family) }).keys()];
    const isHapp = family === 'happ';
    expect(names.includes('announce')).toBe(['happ', 'v2raytun', 'incy', 'mihomo'].includes(family));
    for (const name of ['routing', 'routing-enable', 'hide-settings']) expect(names.includes(name)).toBe(isHapp);
  });

  it('says nothing that it does not say', () => {
    const names = [...headersOf({}, { shop: { language: 'en' }, headers: 'happ' }).keys()];
    for (const name of ['announce', 'announce-url', 'routing', 'hide-settings']) expect(names).not.toContain(name);
  });

  it('is taken by the strictest app, whatever it is', () => {
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom('', ' ', '\r\nx: y', '👨‍👩‍👧‍👦'.repeat(300)),
    );
    const anyUrl = fc.oneof(anyText, fc.webUrl());
    const anyShop: fc.Arbitrary<ShopRendering> = fc.record({
      language: anyText,
      title: fc.record({ default: anyText, ru: anyText }),
      updateIntervalHours: fc.oneof(fc.double(), fc.integer()),
      supportUrl: anyUrl,
      webPageUrl: anyUrl,
      announce: fc.record({ text: fc.record({ default: anyText }), url: anyUrl }),
      happ: fc.record({ routing: anyUrl, hideSettings: fc.boolean() }),
    });
    fc.assert(
      fc.property(anyShop, fc.constantFrom(...languages), (one, language) => {
        const headers = headersOf({ title: 'Month' }, { shop: one, language, headers: 'happ' });
        expect(importIntoHiddify(headers).title).not.toBe('');
        for (const [name, value] of headers) {
          validateHeaderValue(name, value);
          expect(value).toMatch(/^[ -~]+$/);
        }
        const announced = [...new Intl.Segmenter().segment(decoded(headers.get('announce')))];
        expect(announced.length).toBeLessThanOrEqual(200);
      }),
    );
  });
});

it.each([
  [links, 'file', 'Month.txt'],
  [mihomo, 'file', 'Month.yaml'],
  [singBox, 'file', 'Month.json'],
  [mihomo, 'announcing', 'Month'],
  [singBox, 'app', 'Month'],
] as const)('%o for who saves it as a %s is called %s', (format, headers, fileName) => {
  expect(importIntoHiddify(headersOf({ title: 'Month' }, { headers, format })).fileName).toBe(fileName);
});

describe('what depends on the moment', () => {
  const address = 'https://sub.example.com/sub/token';
  const nowMs = Date.UTC(2026, 11, 31, 23, 59, 59);
  const of = (change: Partial<SubscriptionDocument>, profile: ProfileSettings = settings) =>
    pairs(momentaryHeaders(bareDocument(change), profileOf(profile, undefined), { nowMs, address }));

  it('is the page of the customer, where the seller has none', () => {
    expect(of({}).get('profile-web-page-url')).toBe(address);
    expect([...of({}, { ...settings, webPageUrl: 'https://example.com' }).keys()]).toEqual([]);
  });

  it('is when traffic is counted anew, in seconds', () => {
    expect(of({ trafficReset: 'Monthly' }).get('subscription-refill-date')).toBe(String(Date.UTC(2027, 0, 1) / 1000));
    for (const trafficReset of ['Never', 'Renewal'] as const) {
      expect([...of({ trafficReset }).keys()]).not.toContain('subscription-refill-date');
    }
  });

  it.each([
    ['2026-01-31T23:00:00Z', '2026-02-01T00:00:00Z'],
    ['2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'],
  ])('the month of %s ends at %s', (now, end) => {
    expect(nextMonthMs(Date.parse(now))).toBe(Date.parse(end));
  });
});
