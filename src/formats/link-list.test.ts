import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { subscriptionFormats } from './formats.ts';
import { base64Links, plainLinks, renderLinkList } from './link-list.ts';
import { parseVlessLink } from './parse-vless-link.ts';

const server = (remark: string) => ({
  endpoint: {
    protocol: 'vless' as const,
    address: 'nl1.example.com',
    port: 443,
    remark,
    transport: { type: 'ws' as const, path: '/a', host: '' },
    security: { type: 'none' as const },
    encryption: 'none',
  },
  credential: { uuid: '5783a3e7-e373-51cd-8642-c83782b807c5' },
});

describe('the list of links', () => {
  it('is padded standard base64 of lines, and nothing is lost', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }).filter((line) => !line.includes('\n'))),
        (links) => {
          const body = renderLinkList(links);
          expect(body).toMatch(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
          expect(Buffer.from(body, 'base64').toString('utf8')).toBe(links.join('\n').toWellFormed());
        },
      ),
    );
  });

  it('starts with the notices and holds every server in order', () => {
    const view = { title: 'VPN', notices: ['ended'], servers: [server('NL 1'), server('DE 1')] };
    const plain = plainLinks.render(view);
    const remarks = plain.split('\n').map((link) => parseVlessLink(link).endpoint.remark);
    expect(remarks).toEqual(['ended', 'NL 1', 'DE 1']);
    expect(Buffer.from(base64Links.render(view), 'base64').toString('utf8')).toBe(plain);
  });

  it('fails whole rather than leave a server out', () => {
    const broken = { ...server('x'), credential: { uuid: 'broken' } };
    expect(() => base64Links.render({ title: 'VPN', notices: [], servers: [server('NL 1'), broken] })).toThrow(
      expect.objectContaining({ code: 'FORMAT_ENDPOINT_INVALID' }),
    );
  });
});

it('formats have distinct names', () => {
  const names = subscriptionFormats.map((format) => format.name);
  expect(new Set(names).size).toBe(names.length);
});
