import fc from 'fast-check';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';

import {
  documentOf,
  dayMs,
  endpointOf,
  serveDocument,
  startMs,
  token,
  unknownToken,
} from '../../test/support/subscription-service.ts';
import { subscriptionFormats } from '../formats/formats.ts';
import { parseVlessLink } from '../formats/parse-vless-link.ts';
import { clientFamilies } from './families.ts';
import { createPages } from './page/render-page.ts';
import type { PageInput, Pages } from './page-answer.ts';
import { seenUserAgents } from './user-agents.corpus.ts';

const xhttp = endpointOf('XH', { transport: { type: 'xhttp', path: '/x', host: '', mode: 'auto' } });
const apps = {
  hiddify: 'HiddifyNext/2.5.7 (android) like ClashMeta v2ray sing-box',
  v2rayng: 'v2rayNG/2.3.5',
  clash: 'clash.meta/1.19.29',
  singBox: 'SFA/1.14.0 (1; sing-box 1.14.0)',
  oldSingBox: 'SFA/1.8.0 (239; sing-box 1.8.0)',
  happ: 'Happ/3.26.1',
};

const remarks = (body: string): readonly string[] =>
  Buffer.from(body, 'base64')
    .toString('utf8')
    .split('\n')
    .map((link) => parseVlessLink(link).endpoint.remark);

const asApp = (userAgent: string) => ({ 'user-agent': userAgent });

describe('each app', () => {
  it.each([
    [apps.v2rayng, 'text/plain', undefined],
    [apps.clash, 'yaml', 'proxies:'],
    [apps.singBox, 'application/json', '"outbounds"'],
    [apps.oldSingBox, 'application/json', '"outbounds"'],
    ['', 'text/plain', undefined],
  ])('%s gets %s', async (userAgent, type, inside) => {
    const { get } = await serveDocument(documentOf());
    const { status, headers, body } = await get(`/sub/${token}`, asApp(userAgent));
    expect(status).toBe(200);
    expect(headers['content-type']).toContain(type);
    if (inside !== undefined) expect(body).toContain(inside);
    expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  it('gets the schema of sing-box that it reads, also where the path asks for sing-box', async () => {
    const { get } = await serveDocument(documentOf());
    const [current, old] = [
      await get(`/sub/${token}`, asApp(apps.singBox)),
      await get(`/sub/${token}`, asApp(apps.oldSingBox)),
    ];
    expect(current.body).not.toBe(old.body);
    expect((await get(`/sub/${token}/sing-box`, asApp(apps.oldSingBox))).body).toBe(old.body);
    expect((await get(`/sub/${token}/sing-box`)).body).toBe(current.body);
    expect((await get(`/sub/${token}?format=sing-box-legacy`)).body).toBe(old.body);
  });

  it('gets what the path or the query asks for', async () => {
    const { get } = await serveDocument(documentOf());
    for (const { name } of subscriptionFormats) {
      const [byQuery, byPath] = [await get(`/sub/${token}?format=${name}`), await get(`/sub/${token}/${name}`)];
      expect(byQuery.status).toBe(200);
      expect(byPath.body).toBe(byQuery.body);
    }
    expect((await get(`/sub/${token}/clash-meta`)).body).toBe((await get(`/sub/${token}`, asApp(apps.clash))).body);
  });

  it('that was ever seen gets an answer, with HEAD as well', async () => {
    const { get } = await serveDocument(documentOf());
    for (const { userAgent } of seenUserAgents) {
      const answer = await get(`/sub/${token}`, asApp(userAgent));
      const head = await get(`/sub/${token}`, asApp(userAgent), 'HEAD');
      expect([userAgent, answer.status, head.status]).toEqual([userAgent, 200, 200]);
      expect(head.headers['content-length']).toBe(answer.headers['content-length']);
      expect(head.body).toBe('');
    }
  });

  it('of a user agent of 10 kB, of garbage, or of none gets links', async () => {
    const { port } = await serveDocument(documentOf());
    for (const line of [
      `user-agent: ${'a'.repeat(10_240)}\r\n`,
      'user-agent: \u00ff\u0080((((\r\n',
      'user-agent:\r\n',
      '',
    ]) {
      const text = await raw(port, `GET /sub/${token} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${line}\r\n`);
      expect(text).toMatch(/^HTTP\/1\.1 200 /);
      expect(text).toContain('text/plain');
    }
  });

  it('gets what its shop says before what we say', async () => {
    const shop = { language: 'en', apps: [{ userAgentPrefix: 'Happ', format: 'mihomo' }] };
    const { get } = await serveDocument(documentOf({ shop }));
    expect((await get(`/sub/${token}`, asApp(apps.happ))).headers['content-type']).toContain('yaml');
    expect((await get(`/sub/${token}`, asApp(apps.v2rayng))).headers['content-type']).toContain('text/plain');
  });
});

describe('servers that an app cannot use', () => {
  it.each([
    ['a key of REALITY', { publicKey: 'x' }],
    ['a short id', { shortId: 'xyz' }],
    ['a server name', { serverName: 'not a host' }],
  ])('because of %s that is none, cost nobody the others', async (_, mistake) => {
    const security = {
      type: 'reality',
      serverName: 'www.example.test',
      fingerprint: 'chrome',
      publicKey: 'QBb690isqnDxzcWkw6l_JX91ZJZsI6pYZaawd6x_dgo',
      shortId: 'ab',
      spiderX: '/',
      minClientVer: '',
      ...mistake,
    } as const;
    const broken = endpointOf('BROKEN', { transport: { type: 'tcp' }, security });
    const telegram = { protocol: 'mtproto', address: 'a', port: 1, remark: 'TG-BROKEN', secret: 'x' };
    const { get, registry } = await serveDocument(documentOf({}, [endpointOf('NL'), broken, telegram]), {
      pages: createPages(),
    });
    for (const { name } of [...subscriptionFormats, { name: 'page' }]) {
      const { status, body } = await get(`/sub/${token}?format=${name}`);
      const text = name === 'links' ? Buffer.from(body, 'base64').toString('utf8') : body;
      expect([name, status, text.includes('BROKEN'), text.includes('NL')]).toEqual([name, 200, false, true]);
    }
    const lockedOut = 'wayleave_sub_locked_out_total{family="none",reason="invalid"}';
    expect(await registry.metrics()).toContain(`${lockedOut} ${String(subscriptionFormats.length)}\n`);
  });

  it('are left out for that app only', async () => {
    const { get, registry } = await serveDocument(documentOf({}, [endpointOf('NL'), xhttp]));
    expect(remarks((await get(`/sub/${token}`, asApp(apps.hiddify))).body)).toEqual(['NL']);
    expect(remarks((await get(`/sub/${token}`, asApp(apps.v2rayng))).body)).toEqual(['NL', 'XH']);
    expect(remarks((await get(`/sub/${token}`)).body)).toEqual(['NL', 'XH']);
    expect((await get(`/sub/${token}`, asApp(apps.singBox))).body).not.toContain('XH');
    const text = await registry.metrics();
    expect(text).toContain('wayleave_sub_locked_out_total{family="hiddify",reason="xhttp"} 1\n');
    expect(text).toContain('wayleave_sub_locked_out_total{family="sing-box",reason="xhttp"} 1\n');
    expect(text).toContain('wayleave_sub_locked_out_total{family="v2rayng",reason="xhttp"} 0\n');
  });

  it.each([
    ['en', /cannot use your servers.*Happ/],
    ['ru', /не поддерживает ваши серверы.*Happ/],
  ])('leave a notice when none is left, in %s', async (language, text) => {
    const { get } = await serveDocument(documentOf({ language }, [xhttp]));
    const { status, body } = await get(`/sub/${token}`, asApp(apps.hiddify));
    expect([status, remarks(body)]).toEqual([200, [expect.stringMatching(text)]]);
    const document = await get(`/sub/${token}`, asApp(apps.singBox));
    expect([document.status, JSON.parse(document.body)]).toEqual([200, expect.anything()]);
  });

  it('come after what is to be said anyway', async () => {
    const { get } = await serveDocument(documentOf({ expiresAtMs: startMs }, [xhttp]));
    const seen = remarks((await get(`/sub/${token}`, asApp(apps.hiddify))).body);
    expect(seen).toEqual([expect.stringMatching(/expired/i), expect.stringMatching(/cannot use/)]);
    const suspended = await serveDocument(documentOf({ suspended: true }, [xhttp]));
    expect(remarks((await suspended.get(`/sub/${token}`, asApp(apps.hiddify))).body)).toHaveLength(1);
  });

  it('have counters from the start, and never more of them', async () => {
    const { get, registry } = await serveDocument(documentOf({}, [xhttp]));
    const count = async () => (await registry.metrics()).match(/^wayleave_sub_locked_out_total\{/gm)?.length;
    const before = await count();
    expect(before).toBeGreaterThanOrEqual(clientFamilies.length);
    for (const { userAgent } of seenUserAgents.slice(0, 40)) await get(`/sub/${token}`, asApp(userAgent));
    expect(await count()).toBe(before);
  });
});

describe('the language of notices and titles', () => {
  const titles = { default: 'Month', ru: 'Месяц' };
  const expired = { expiresAtMs: startMs, titles };

  it.each([
    ['the customer’s own', { ...expired, language: 'ru' }, { 'accept-language': 'en' }, /истёк/, 'Месяц'],
    ['what the app asks for', expired, { 'accept-language': 'ru-RU,ru;q=0.9' }, /истёк/, 'Месяц'],
    ['the shop’s', { ...expired, shop: { language: 'ru' } }, { 'accept-language': 'tt' }, /истёк/, 'Месяц'],
    ['English', expired, {}, /Expired/, 'Month'],
  ] as const)('is %s', async (_, change, as, notice, title) => {
    const { get } = await serveDocument(documentOf(change));
    const { headers, body } = await get(`/sub/${token}`, as);
    expect(remarks(body)[0]).toMatch(notice);
    expect(headers['profile-title']).toBe(`base64:${Buffer.from(title).toString('base64')}`);
  });
});

describe('public addresses', () => {
  const shop = { language: 'en', publicUrls: ['https://sub.example.com', 'https://old.example.com/vpn'] };

  it.each([
    ['sub.example.com', 'https://sub.example.com'],
    ['old.example.com', 'https://old.example.com/vpn'],
    ['OLD.example.com', 'https://old.example.com/vpn'],
    ['evil.example.org', 'https://sub.example.com'],
  ])('asked under %s, apps are sent to the page under %s', async (host, base) => {
    const { port } = await serveDocument(documentOf({ shop }));
    const text = await raw(port, `GET /sub/${token} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    expect(text).toContain(`profile-web-page-url: ${base}/sub/${token}\r\n`);
  });

  it('come from the flags where there is no shop, and apps get none where nobody knows one', async () => {
    const profile = { title: 'x', updateIntervalHours: 1, publicUrls: ['https://flags.example.com/'] };
    const { get } = await serveDocument(documentOf(), { profile });
    expect((await get(`/sub/${token}`)).headers['profile-web-page-url']).toBe(`https://flags.example.com/sub/${token}`);
    const nobody = await serveDocument(documentOf());
    expect((await nobody.get(`/sub/${token}`)).headers['profile-web-page-url']).toBeUndefined();
  });
});

describe('the page', () => {
  const shown: PageInput[] = [];
  const pages: Pages = {
    renderPage(input) {
      shown.push(input);
      return { html: `<p>${input.profile.title}</p>`, contentSecurityPolicy: "default-src 'none'" };
    },
    platformOf: () => 'ios',
  };
  const browser = { 'user-agent': 'Mozilla/5.0 (iPhone)', accept: 'text/html,*/*;q=0.8', 'accept-language': 'ru' };

  it('is for who reads pages, and is kept by nobody', async () => {
    const { get } = await serveDocument(documentOf({ titles: { default: 'Month', ru: 'Месяц' } }), { pages });
    const { status, headers, body } = await get(`/sub/${token}`, browser);
    expect([status, body]).toEqual([200, '<p>Месяц</p>']);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'",
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex, nofollow',
      vary: expect.stringContaining('accept') as unknown,
    });
    expect(shown.at(-1)).toMatchObject({ standing: 'active', language: 'ru', nowMs: startMs, platform: 'ios' });
    expect(shown.at(-1)?.servers.map(({ link }) => parseVlessLink(link).endpoint.remark)).toEqual(['NL', 'DE']);
    expect((await get(`/sub/${token}/page`)).headers['content-type']).toContain('text/html');
    expect((await get(`/sub/${token}?format=plain`, browser)).headers['content-type']).toContain('text/plain');
    expect((await get(`/sub/${token}`, browser, 'HEAD')).body).toBe('');
  });

  it('shows no links to who is not to have them', async () => {
    const { get } = await serveDocument(documentOf({ suspended: true }), { pages });
    await get(`/sub/${token}`, browser);
    expect(shown.at(-1)).toMatchObject({ standing: 'suspended', servers: [] });
  });

  it('shows the address under which it was asked for', async () => {
    const { port } = await serveDocument(documentOf(), { pages });
    const ask = (host: string) =>
      raw(port, `GET /json/${token}?format=page&x=1 HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
    await ask(`127.0.0.1:${port}`);
    expect(shown.at(-1)?.address).toBe(`http://127.0.0.1:${port}/sub/${token}`);
    await ask('sub.example.com');
    expect(shown.at(-1)?.address).toBe(`https://sub.example.com/sub/${token}`);
    await ask('"><script>');
    expect(shown.at(-1)?.address).toBe(`http://localhost/sub/${token}`);
  });
});

it('counts anew when the month begins, as the answer says at that moment', async () => {
  const { get, clock } = await serveDocument(documentOf({ trafficReset: 'Monthly' }));
  const of = async () => (await get(`/sub/${token}`)).headers['subscription-refill-date'];
  expect(await of()).toBe(String(Date.UTC(2026, 11, 1) / 1000));
  clock.advance(10 * dayMs);
  expect(await of()).toBe(String(Date.UTC(2027, 0, 1) / 1000));
});

describe('a miss', () => {
  const asker =
    (port: number) =>
    (path: string, lines = '', method = 'GET') =>
      raw(port, `${method} ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${lines}\r\n`);

  it('is the same line for every app, language, format and path', async () => {
    const { port } = await serveDocument(documentOf());
    const ask = asker(port);
    const expected = await ask(`/sub/${unknownToken}`);
    expect(expected).toMatch(/^HTTP\/1\.1 404 /);
    for (const userAgent of [...Object.values(apps), 'Mozilla/5.0', 'TelegramBot']) {
      for (const lines of ['', 'accept: */*\r\n', 'accept-language: ru\r\n', 'x-hwid: 0123456789abcdef\r\n']) {
        expect(await ask(`/sub/${unknownToken}`, `user-agent: ${userAgent}\r\n${lines}`)).toBe(expected);
      }
    }
    for (const userAgent of Object.values(apps)) {
      const lines = `user-agent: ${userAgent}\r\naccept: text/html\r\n`;
      expect(await ask(`/sub/${unknownToken}`, lines)).toBe(expected);
    }
    for (const { name } of subscriptionFormats) {
      expect(await ask(`/sub/${unknownToken}/${name}`)).toBe(expected);
      expect(await ask(`/sub/${unknownToken}?format=${name}`)).toBe(expected);
    }
    for (const path of [
      `/sub/${token}/info`,
      `/sub/${token}/surge`,
      `/json/${unknownToken}`,
      `/sub/${unknownToken}/page`,
    ]) {
      expect([path, await ask(path)]).toEqual([path, expected]);
    }
  });

  it.each([
    ['en', 'accept: text/html,*/*;q=0.8\r\n'],
    ['ru', 'accept: text/html\r\naccept-language: ru-RU,ru;q=0.9\r\n'],
  ])('is the same sentence in %s for a browser, whether or not there ever was such an address', async (is, wish) => {
    // The token is known, and was revoked.
    const { port } = await serveDocument(documentOf({ token: { revoked: true } }));
    const ask = asker(port);
    const lines = `user-agent: Mozilla/5.0\r\n${wish}`;
    const expected = await ask(`/sub/${unknownToken}`, lines);
    expect(expected).toMatch(/^HTTP\/1\.1 404 /);
    expect(expected).toContain(`<html lang="${is}">`);
    expect(expected).toContain('cache-control: no-store');
    for (const path of [`/sub/${token}`, `/sub/${token}/json`, '/sub/short', '/sub/%E0%A4', '/', '/sub/a/b/c/d']) {
      expect([path, await ask(path, lines)]).toEqual([path, expected]);
      expect([path, await ask(path, lines, 'DELETE')]).toEqual([path, expected]);
    }
    for (const one of [unknownToken, token]) {
      const form = `/sub/${one}/devices/1/remove`;
      expect([one, await ask(form, `${lines}content-length: 0\r\n`, 'POST')]).toEqual([one, expected]);
    }
  });
});

it('keeps few answers of a document, and counts them in what the memory holds', async () => {
  const { get, registry } = await serveDocument(documentOf(), { limits: { cacheBytes: 60_000 } });
  for (const { name } of subscriptionFormats) {
    for (const language of ['ru', 'en']) {
      for (const userAgent of Object.values(apps)) {
        const as = { ...asApp(userAgent), 'accept-language': language };
        expect((await get(`/sub/${token}?format=${name}`, as)).status).toBe(200);
      }
    }
  }
  expect(await registry.metrics()).toContain('wayleave_sub_cache_entries 1\n');
  const small = await serveDocument(documentOf(), { limits: { cacheBytes: 5000 } });
  for (const { name } of subscriptionFormats)
    expect((await small.get(`/sub/${token}?format=${name}`)).status).toBe(200);
  expect(await small.registry.metrics()).toContain('wayleave_sub_cache_entries 0\n');
});

it('answers whatever is asked, and never that it failed', async () => {
  const { port, logged } = await serveDocument(documentOf({ language: 'ru' }, [endpointOf('NL'), xhttp]));
  const word = fc.constantFrom(
    'sub',
    'json',
    'clash',
    'api',
    token,
    unknownToken,
    'devices',
    'page',
    'mihomo',
    '..',
    '%00',
    '%',
    'x',
  );
  const path = fc.array(word, { maxLength: 5 }).map((words) => `/${words.join('/')}`);
  const query = fc.constantFrom(
    '',
    '?format=mihomo',
    '?format=%',
    '?open=happ',
    '?format=page&open=x',
    '?format=xray&format=links',
  );
  // Whatever a header may hold: visible characters, spaces, and bytes beyond ASCII.
  const value = fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((code) => code !== 0x7f)
      .map((code) => String.fromCharCode(code)),
    maxLength: 80,
  });
  const common = fc.constantFrom(...Object.values(apps), 'Mozilla/5.0', 'text/html', 'ru', '*', '"x"', '0123456789');
  const name = fc.constantFrom(
    'user-agent',
    'accept',
    'accept-language',
    'if-none-match',
    'x-hwid',
    'x-forwarded-for',
    'x-device-os',
  );
  const headers = fc.array(fc.tuple(name, fc.oneof(value, common)), { maxLength: 6 });
  const method = fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE');
  await fc.assert(
    fc.asyncProperty(method, path, query, headers, async (verb, where, asked, lines) => {
      const head = lines.map(([one, text]) => `${one}: ${text}\r\n`).join('');
      const answer = await raw(
        port,
        `${verb} ${where}${asked} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n${head}\r\n`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 (?:200|303|304|400|404|429) /);
      if (!where.includes(token)) expect(answer).not.toMatch(/^HTTP\/1\.1 (?:2|3)/);
    }),
    { numRuns: 500 },
  );
  expect(logged).toEqual([]);
});

/** Exactly what was sent, without the date. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(request, 'latin1');
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString('latin1')
    .replace(/date: .*\r\n/i, '');
}
