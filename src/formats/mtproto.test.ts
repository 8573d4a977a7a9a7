import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseMtprotoLink, renderMtprotoLink, type MtprotoEndpoint } from './mtproto.ts';

const proxy: MtprotoEndpoint = {
  protocol: 'mtproto',
  address: 'tg.example.com',
  port: 443,
  remark: 'Telegram',
  secret: `ee${'0f'.repeat(16)}7777772e6578616d706c652e636f6d`,
};

const hexOf = (min: number, max: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((bytes) => Buffer.from(bytes).toString('hex'));
const secret = fc.oneof(
  hexOf(16, 40),
  hexOf(16, 16).map((key) => `dd${key}`),
  fc.uint8Array({ minLength: 17, maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64url')),
);

describe('a link for Telegram', () => {
  it.each([
    ['tg', `tg://proxy?server=tg.example.com&port=443&secret=${proxy.secret}`],
    ['web', `https://t.me/proxy?server=tg.example.com&port=443&secret=${proxy.secret}`],
  ] as const)('has the form %s', (form, link) => {
    expect(renderMtprotoLink(proxy, form)).toBe(link);
  });

  it('carries server, port and secret there and back', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()),
        fc.integer({ min: 1, max: 65_535 }),
        secret,
        fc.constantFrom('tg' as const, 'web' as const),
        (address, port, key, form) => {
          const link = renderMtprotoLink({ ...proxy, address, port, secret: key }, form);
          expect(parseMtprotoLink(link)).toEqual({ ...proxy, address, port, secret: key, remark: address });
        },
      ),
    );
  });

  it.each([
    ['no secret', { secret: '' }],
    ['a short secret', { secret: 'abcd' }],
    ['port 0', { port: 0 }],
    ['a host with a path', { address: 'a.example/b' }],
  ])('is refused for %s', (_, change) => {
    expect(() => renderMtprotoLink({ ...proxy, ...change })).toThrow(
      expect.objectContaining({ code: 'FORMAT_ENDPOINT_INVALID' }),
    );
  });

  it.each([
    'tg://socks?server=a&port=1&secret=00000000000000000000000000000000',
    'tg://proxy?server=a&port=1',
    'tg://proxy?server=a&port=0&secret=00000000000000000000000000000000',
    'tg://proxy?server=a&port=1&port=1&secret=00000000000000000000000000000000',
    'tg://proxy?server=a&port=1&secret=00000000000000000000000000000000&x=1',
    'tg://proxy?server=%E0%A4&port=1&secret=00000000000000000000000000000000',
    'tg://proxy?server=a/b&port=1&secret=00000000000000000000000000000000',
    'tg://proxy?server=a&port=1&secret=xyz',
    'https://t.me/other?server=a&port=1&secret=00000000000000000000000000000000',
  ])('is not read from %s', (link) => {
    expect(() => parseMtprotoLink(link)).toThrow(expect.objectContaining({ code: 'FORMAT_LINK_INVALID' }));
  });
});
