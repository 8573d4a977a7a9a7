import fc from 'fast-check';
import { validateHeaderValue } from 'node:http';
import { describe, expect, it } from 'vitest';

import { profileHeaders, type ProfileSettings, validateProfile } from './profile-headers.ts';
import type { SubscriptionDocument } from './source.ts';

const settings: ProfileSettings = { title: 'Wayleave', updateIntervalHours: 12 };

function headersOf(change: Partial<SubscriptionDocument>, profile: ProfileSettings = settings): Map<string, string> {
  const document: SubscriptionDocument = {
    subscriptionId: 's',
    token: { revoked: false },
    suspended: false,
    access: 'granted',
    limited: false,
    usage: { uploadBytes: 0, downloadBytes: 0 },
    servers: [],
    ...change,
  };
  const flat = profileHeaders(document, profile);
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
    ['Alice', 'Alice', 'attachment; filename="Alice"'],
    ['Пятёрка', 'Пятёрка', `attachment; filename="subscription"; filename*=UTF-8''${encodeURIComponent('Пятёрка')}`],
    ['NL "1" (x)', 'NL "1" (x)', `attachment; filename="NL 1 x"; filename*=UTF-8''NL%20%221%22%20%28x%29`],
    ['  ', 'Wayleave', 'attachment; filename="Wayleave"'],
    ['🇳🇱'.repeat(30), '🇳🇱'.repeat(25), undefined],
  ])('name %j', (title, shown, disposition) => {
    const headers = headersOf({ title });
    expect(importIntoHiddify(headers).title).toBe(shown);
    if (disposition !== undefined) expect(headers.get('content-disposition')).toBe(disposition);
  });

  it('carry addresses only when there are some, in ASCII', () => {
    expect([...headersOf({}).keys()]).not.toContain('support-url');
    const headers = headersOf({}, { ...settings, supportUrl: 'https://т.рф/п', webPageUrl: 'https://example.com' });
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
