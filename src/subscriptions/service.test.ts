import { hash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/support/manual-clock.ts';
import {
  dayMs as day,
  documentOf,
  startMs as start,
  token,
  unknownToken,
} from '../../test/support/subscription-service.ts';
import type { Log } from '../base/log.ts';
import { parseVlessLink } from '../formats/parse-vless-link.ts';
import { type ServiceLimits, startSubscriptionService, type SubscriptionService } from './service.ts';
import type { SubscriptionDocument } from './source.ts';

const hour = 3_600_000;

const document = (change: Partial<SubscriptionDocument> = {}): SubscriptionDocument =>
  documentOf({ title: 'Пятёрка', ...change });

const running: SubscriptionService[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((service) => service.stop()));
});

async function serve(
  known: SubscriptionDocument = document(),
  {
    limits,
    trustedProxies = [],
    publicUrls = [],
  }: {
    limits?: Partial<ServiceLimits>;
    trustedProxies?: readonly string[];
    publicUrls?: readonly string[];
  } = {},
) {
  const clock = new ManualClock(start);
  const registry = new Registry();
  const logged: unknown[] = [];
  const write = (fields: object, message: string): void => void logged.push([fields, message]);
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  const state = { documents: new Map([[token, known]]), fails: false, asked: 0, gate: Promise.resolve() };
  const service = await startSubscriptionService({
    source: {
      async find(tokenHash) {
        state.asked += 1;
        await state.gate;
        if (state.fails) throw new Error('connect ECONNREFUSED');
        const entry = [...state.documents].find(([name]) => hash('sha256', name, 'buffer').equals(tokenHash));
        return entry?.[1];
      },
    },

    clock,
    log,
    registry,
    listen: { host: '127.0.0.1', port: 0 },
    trustedProxies,
    profile: { title: 'Wayleave', updateIntervalHours: 12, supportUrl: 'https://t.me/support', publicUrls },
    ...(limits === undefined ? {} : { limits }),
  });
  running.push(service);
  const base = `http://127.0.0.1:${service.address.port}`;
  const get = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${base}${path}`, init);
    // What undici asks of the connection differs by method.
    const {
      date: _date,
      connection: _connection,
      'keep-alive': _keepAlive,
      ...headers
    } = Object.fromEntries(response.headers);
    return { status: response.status, headers, body: await response.text() };
  };
  return { service, clock, registry, logged, state, get, port: service.address.port };
}

const remarks = (body: string): readonly string[] =>
  Buffer.from(body, 'base64')
    .toString('utf8')
    .split('\n')
    .map((link) => parseVlessLink(link).endpoint.remark);

/** Exactly what was sent, without the date, which is the only thing that may differ. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  // Not end(): Node takes a half-closed connection for an abandoned one.
  socket.write(request);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks)
    .toString('latin1')
    .replace(/date: .*\r\n/i, '');
}

const rawGet = (path: string, method = 'GET'): string =>
  `${method} ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`;

describe('GET /sub/<token>', () => {
  it('answers all servers with everything that apps want to know', async () => {
    const { get } = await serve();
    const { status, headers, body } = await get(`/sub/${token}`);
    expect(status).toBe(200);
    expect(remarks(body)).toEqual(['NL', 'DE']);
    expect(headers).toEqual({
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(body.length),
      'subscription-userinfo': `upload=1; download=2; total=3; expire=${(start + 30 * day) / 1000}`,
      'profile-update-interval': '12',
      'profile-title': `base64:${Buffer.from('Пятёрка').toString('base64')}`,
      'content-disposition': expect.stringContaining('filename="subscription.txt"') as unknown,
      vary: 'accept, accept-language, user-agent, x-hwid',
      'support-url': 'https://t.me/support',
      'cache-control': 'private, no-cache',
      'x-robots-tag': 'noindex, nofollow',
      'x-content-type-options': 'nosniff',
      etag: expect.stringMatching(/^"[A-Za-z0-9_-]{22}"$/) as unknown,
    });
  });

  it('answers under the path of its public address, whether or not the proxy takes it away', async () => {
    const { get } = await serve(document(), { publicUrls: ['https://vpn.example.com/s/'] });
    const plain = await get(`/sub/${token}`);
    expect(plain.status).toBe(200);
    expect(await get(`/s/sub/${token}`)).toEqual(plain);
    expect((await get(`/s/json/${token}?format=xray`)).status).toBe(200);
    expect((await get(`/so/sub/${token}`)).status).toBe(404);
    expect((await get(`/s/s/sub/${token}`)).status).toBe(404);
    expect((await get('/s')).status).toBe(404);
  });

  it('answers HEAD with the same headers and no body', async () => {
    const { get } = await serve();
    const full = await get(`/sub/${token}`);
    const head = await get(`/sub/${token}`, { method: 'HEAD' });
    expect(head).toEqual({ ...full, body: '' });
  });

  it('answers 304 to an app that has it, with today’s usage, until the list changes', async () => {
    const { get, state, service } = await serve();
    const { headers } = await get(`/sub/${token}`);
    const ask = (etag: string) => get(`/sub/${token}`, { headers: { 'if-none-match': etag } });
    state.documents.set(token, document({ usage: { uploadBytes: 7, downloadBytes: 8 } }));
    service.invalidate('s');
    const same = await ask(`"other", W/${headers['etag']}`);
    expect([same.status, same.body, same.headers['etag']]).toEqual([304, '', headers['etag']]);
    expect(same.headers['subscription-userinfo']).toContain('upload=7; download=8; total=0');
    expect((await ask('*')).status).toBe(304);
    state.documents.set(token, document({ servers: document().servers.slice(0, 1) }));
    service.invalidate('s');
    expect((await ask(headers['etag'] ?? '')).status).toBe(200);
  });

  it('hands a subscription to an app by a page, and tells nobody by it which addresses there are', async () => {
    const { get } = await serve();
    const page = await get(`/sub/${token}?open=hiddify`);
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.body).not.toContain(token);
    expect((await get(`/sub/${token}?open=nothing`)).status).toBe(400);
    expect(await get(`/sub/${unknownToken}?open=hiddify`)).toEqual(await get(`/sub/${unknownToken}`));
  });

  it('answers in plain text when asked, and refuses other formats whoever asks', async () => {
    const { get } = await serve();
    const plain = await get(`/sub/${token}?format=plain`);
    const list = await get(`/sub/${token}?format=links`);
    expect(Buffer.from(list.body, 'base64').toString()).toBe(plain.body);
    const refused = await get(`/sub/${token}?format=yaml`);
    expect(refused.status).toBe(400);
    expect(await get(`/sub/${unknownToken}?format=yaml`)).toEqual(refused);
    expect((await get(`/sub/${token}?format=plain&format=links`)).status).toBe(400);
  });

  it.each([
    ['an expired one', { expiresAtMs: start }, [/expired/i, 'NL', 'DE']],
    ['a used-up one', { limited: true }, [/traffic/i, 'NL', 'DE']],
    ['a suspended one', { suspended: true }, [/suspended/i]],
    ['a refused one', { access: 'denied' }, [/closed/i]],
    ['one that is being made', { servers: [] }, [/set up/i]],
    ['a replaced address', { token: { revoked: false, retiredAtMs: start } }, [/replaced/i]],
  ] as const)('explains %s inside the app', async (_, change, expected) => {
    const { get } = await serve(document(change));
    const { status, body, headers } = await get(`/sub/${token}`);
    expect([status, headers['profile-update-interval']]).toEqual([200, '12']);
    const seen = remarks(body);
    expect(seen).toHaveLength(expected.length);
    for (const [at, pattern] of expected.entries()) expect(seen[at]).toMatch(pattern);
  });

  it('judges expiry and replaced addresses when it answers, not when it reads', async () => {
    const { get, clock, state } = await serve(document({ expiresAtMs: start + 5000 }));
    const before = await get(`/sub/${token}`);
    clock.advance(5000);
    expect(remarks((await get(`/sub/${token}`)).body)).toEqual([expect.stringMatching(/expired/i), 'NL', 'DE']);
    expect(remarks(before.body)).toEqual(['NL', 'DE']);
    state.documents.set(token, document({ token: { revoked: false, retiredAtMs: clock.now() } }));
    clock.advance(10_000);
    expect(remarks((await get(`/sub/${token}`)).body)).toHaveLength(1);
    clock.advance(15 * 60_000);
    expect(await get(`/sub/${token}`)).toEqual(await get(`/sub/${unknownToken}`));
  });
});

describe('a miss', () => {
  it('is the same bytes for whatever is not there', async () => {
    const { port, state } = await serve();
    state.documents.set('revoked-revoked-revoked-revoked-', document({ token: { revoked: true } }));
    const expected = await raw(port, rawGet(`/sub/${unknownToken}`));
    expect(expected).toMatch(/^HTTP\/1\.1 404 /);
    const others = [
      '/sub/revoked-revoked-revoked-revoked-',
      '/sub/short',
      `/sub/${'a'.repeat(5000)}`,
      '/sub/%E0%A4',
      '/sub/..%2f..%2fetc',
      '/sub/AAAAbbbbCCCCddddEEEEffffGGGGhhh%31%00',
      '/sub/',
      '/sub',
      '/',
      `/sub/${token}/more`,
      `/SUB/${token}`,
    ];
    for (const path of others) expect([path, await raw(port, rawGet(path))]).toEqual([path, expected]);
    expect(await raw(port, rawGet(`/sub/${token}`, 'DELETE'))).toBe(expected);
    expect(await raw(port, rawGet(`/sub/${token}`, 'POST'))).toBe(expected);
  });
});

describe('an outage of the database', () => {
  it('changes not a byte for whom it knows, and is admitted to whom it does not', async () => {
    const { get, clock, state } = await serve(document({ expiresAtMs: start + 2 * hour }));
    const before = await get(`/sub/${token}`);
    state.fails = true;
    clock.advance(hour);
    const during = await get(`/sub/${token}`);
    const { 'x-wayleave-stale-seconds': age, ...headers } = during.headers;
    expect({ ...during, headers }).toEqual(before);
    expect(age).toBe('3600');
    const stranger = await get(`/sub/${unknownToken}`);
    expect([stranger.status, stranger.headers['retry-after']]).toEqual([503, '30']);
    clock.advance(hour);
    expect(remarks((await get(`/sub/${token}`)).body)[0]).toMatch(/expired/i);
    state.documents.set(token, document({ expiresAtMs: start + 60 * day }));
    state.fails = false;
    clock.advance(5000);
    await expect.poll(async () => (await get(`/sub/${unknownToken}`)).status).toBe(404);
    const after = await get(`/sub/${token}`);
    expect(after.body).toBe(before.body);
    expect(after.headers['x-wayleave-stale-seconds']).toBeUndefined();
  });

  it('is logged once when it begins and once when it ends', async () => {
    const { get, clock, state, logged } = await serve();
    state.fails = true;
    for (let asked = 0; asked < 5; asked += 1) await get(`/sub/${unknownToken}`);
    state.fails = false;
    clock.advance(100);
    await expect.poll(async () => (await get(`/sub/${unknownToken}`)).status).toBe(404);
    expect(logged).toHaveLength(2);
  });
});

describe('limits', () => {
  const two = { perSecond: 1, burst: 2 };

  it('count by address, and a forged header does not help', async () => {
    const { get, clock } = await serve(document(), { limits: { perAddress: two } });
    const ask = (from: string) => get(`/sub/${token}`, { headers: { 'x-forwarded-for': from } });
    expect([(await ask('1.1.1.1')).status, (await ask('1.1.1.2')).status]).toEqual([200, 200]);
    const refused = await ask('1.1.1.3');
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1']);
    clock.advance(1000);
    expect((await ask('1.1.1.3')).status).toBe(200);
  });

  it('count by the client’s own address behind a proxy that is trusted', async () => {
    const options = { limits: { perAddress: two }, trustedProxies: ['127.0.0.0/8'] };
    const { get } = await serve(document(), options);
    const ask = async (from: string) => (await get('/', { headers: { 'x-forwarded-for': from } })).status;
    expect([await ask('1.1.1.1'), await ask('1.1.1.1'), await ask('1.1.1.1'), await ask('1.1.1.2')]).toEqual([
      404, 404, 429, 404,
    ]);
  });

  it('count by token whether it exists or not', async () => {
    const { get } = await serve(document(), { limits: { perToken: two } });
    for (const [name, status] of [
      [token, 200],
      [unknownToken, 404],
    ] as const) {
      const statuses = [];
      for (let asked = 0; asked < 3; asked += 1) statuses.push((await get(`/sub/${name}`)).status);
      expect(statuses).toEqual([status, status, 429]);
    }
  });

  it('hold for the size of headers and for what is no HTTP', async () => {
    const { port } = await serve();
    const large = `GET /sub/${token} HTTP/1.1\r\nhost: a\r\nx: ${'a'.repeat(17_000)}\r\n\r\n`;
    expect(await raw(port, large)).toMatch(/^HTTP\/1\.1 431 .*\r\n\r\n$/s);
    expect(await raw(port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 .*\r\n\r\n$/s);
  });

  it('cut off who sends his request in drops', async () => {
    const { port } = await serve(document(), { limits: { requestMs: 100 } });
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
    socket.write('GET /sub/');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });
});

describe('what the service tells others', () => {
  it('counts outcomes by family, with a fixed set of labels', async () => {
    const { get, registry, state, clock } = await serve();
    await get(`/sub/${token}`, { headers: { 'user-agent': 'v2rayNG/2.3.5' } });
    await get(`/sub/${unknownToken}`, { headers: { 'user-agent': 'anything/1' } });
    state.fails = true;
    clock.advance(20_000);
    await get(`/sub/${token}`, { headers: { 'user-agent': 'Happ/3' } });
    const text = await registry.metrics();
    for (const line of [
      'wayleave_sub_requests_total{outcome="active",family="v2rayng"} 1',
      'wayleave_sub_requests_total{outcome="miss",family="other"} 1',
      'wayleave_sub_requests_total{outcome="active",family="happ"} 1',
      'wayleave_sub_requests_total{outcome="suspended",family="none"} 0',
      'wayleave_sub_stale_answers_total 1',
      'wayleave_sub_cache_age_seconds 20',
      'wayleave_sub_source_failing 1',
      'wayleave_sub_source_errors_total{code="UNKNOWN"} 1',
      'wayleave_sub_cache_entries 1',
      'wayleave_sub_request_duration_seconds_count 3',
    ]) {
      expect(text).toContain(`${line}\n`);
    }
    const series = await requestSeries(registry);
    for (let at = 0; at < 50; at += 1) await get(`/sub/${token}`, { headers: { 'user-agent': `unheard-of-${at}` } });
    expect(await requestSeries(registry)).toBe(series);
  });

  it('tells no age of what is sent while the database is well: nothing would ever set it back', async () => {
    const { get, registry, state, clock } = await serve();
    await get(`/sub/${token}`);
    state.documents.set(token, document({ servers: [{ endpoint: { protocol: 'vmess' }, clientUuid: 'x' }] }));
    clock.advance(12 * hour);
    expect((await get(`/sub/${token}`)).headers['x-wayleave-stale-seconds']).toBe(String(12 * 3600));
    const text = await registry.metrics();
    expect(text).toContain('wayleave_sub_stale_answers_total 1\n');
    expect(text).toContain('wayleave_sub_cache_age_seconds 0\n');
  });

  it('never names a token or a customer’s address', async () => {
    const { get, registry, logged, state, clock } = await serve();
    await get(`/sub/${token}`);
    state.documents.set(token, document({ servers: [{ endpoint: { protocol: 'vmess' }, clientUuid: 'x' }] }));
    clock.advance(10_000);
    expect((await get(`/sub/${token}`)).status).toBe(200);
    state.fails = true;
    await get(`/sub/${unknownToken}`);
    expect(logged.length).toBeGreaterThan(0);
    const said = JSON.stringify(logged, (_, value: unknown) => (value instanceof Error ? String(value.stack) : value));
    for (const secret of [token, unknownToken, '127.0.0.1', '5783a3e7']) {
      expect(said).not.toContain(secret);
      expect(await registry.metrics()).not.toContain(secret);
    }
  });
});

async function requestSeries(registry: Registry): Promise<number> {
  return (await registry.metrics()).match(/^wayleave_sub_requests_total\{/gm)?.length ?? 0;
}

describe('starting and stopping', () => {
  it('says so when the address is taken', async () => {
    const { port } = await serve();
    const again = startSubscriptionService({
      source: { find: () => Promise.resolve(undefined) },

      clock: new ManualClock(),
      log: { debug() {}, info() {}, warn() {}, error() {}, child: () => undefined as never },
      registry: new Registry(),
      listen: { host: '127.0.0.1', port },
      trustedProxies: [],
      profile: { title: 'x', updateIntervalHours: 1 },
    });
    await expect(again).rejects.toMatchObject({ code: 'SUB_LISTEN_FAILED' });
  });

  it('answers what is in hand before it stops, and takes no more', async () => {
    const { service, port, state } = await serve();
    const held = Promise.withResolvers<void>();
    state.gate = held.promise;
    const answer = raw(port, rawGet(`/sub/${token}`));
    await expect.poll(() => state.asked).toBe(1);
    const stopped = service.stop();
    await expect.poll(() => fetch(`http://127.0.0.1:${port}/`).then(String, () => 'refused')).toBe('refused');
    held.resolve();
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /);
    await stopped;
    running.splice(0);
  });

  it('sends away whoever keeps a connection, with a full answer, before it stops', async () => {
    const { service, port } = await serve();
    const kept = connect(port, '127.0.0.1').setEncoding('latin1');
    const said: string[] = [];
    kept.on('data', (text: string) => said.push(text));
    const request = `GET /sub/${token} HTTP/1.1\r\nhost: a\r\n\r\n`;
    kept.write(request);
    await expect.poll(() => said.join('')).toMatch(/^HTTP\/1\.1 200 [^]*connection: keep-alive/i);
    said.splice(0);
    service.drain();
    kept.write(request);
    await once(kept, 'close');
    expect(said.join('')).toMatch(/^HTTP\/1\.1 200 [^]*connection: close/i);
    expect((await fetch(`http://127.0.0.1:${port}/sub/${token}`)).status).toBe(200);
  });
});
