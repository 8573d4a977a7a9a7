import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, it } from 'vitest';

import { documentOf, serveDocument, token, unknownToken } from '../../test/support/subscription-service.ts';
import { noRecords } from './records.ts';

/** A service that notes which devices are removed. */
async function serve() {
  const removed: string[] = [];
  const records = {
    ...noRecords,
    removeDevice: (_: string, id: string) => Promise.resolve(removed.push(id) > 0),
  };
  const { port } = await serveDocument(documentOf(), { records });
  const form = `/sub/${token}/devices/phone/remove`;
  const post = async (headers: Readonly<Record<string, string>>, path = form, body = '') => {
    const asked = request({ port, path, method: 'POST', headers }).end(body);
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.resume();
    return { status: response.statusCode, location: response.headers.location };
  };
  return { post, removed, form };
}

describe('the form that takes a device its place', () => {
  it.each([
    ['our own page', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
    ['whoever typed the address', { 'sec-fetch-site': 'none' }],
    ['an app', {}],
    ['an old browser, which is not told where our page is', { origin: 'null' }],
    ['an old browser, which tells it all the same', { host: 'sub.example.com', origin: 'https://sub.example.com' }],
  ])('is taken from %s, and leads back to the page', async (_, headers) => {
    const { post, removed } = await serve();
    const { status, location = '' } = await post(headers);
    expect([status, removed]).toEqual([303, ['phone']]);
    const base = `https://sub.example.com/sub/${token}/devices/phone/remove`;
    expect(new URL(location, base).pathname).toBe(`/sub/${token}`);
  });

  it('is taken whatever little is sent with it', async () => {
    const { post, removed, form } = await serve();
    expect((await post({ 'content-type': 'application/json' }, form, '{"broken')).status).toBe(303);
    expect(removed).toEqual(['phone']);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site' }],
    ['another site, in an old browser', { host: 'sub.example.com', origin: 'https://evil.example' }],
    ['nonsense', { host: 'sub.example.com', origin: 'sub.example.com' }],
  ])('is refused to %s, whether the address exists or not', async (_, headers) => {
    const { post, removed } = await serve();
    expect((await post(headers)).status).toBe(403);
    expect((await post(headers, `/sub/${unknownToken}/devices/phone/remove`)).status).toBe(403);
    expect(removed).toEqual([]);
  });
});
