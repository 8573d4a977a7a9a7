import { describe, expect, it } from 'vitest';

import { renderEndpointLink } from './endpoint-link.ts';
import type { VlessEndpoint } from './endpoint.ts';
import { readEndpoint } from './read-endpoint.ts';

const tls: VlessEndpoint = {
  protocol: 'vless',
  address: 'nl1.example.com',
  port: 443,
  remark: 'NL 1',
  transport: { type: 'xhttp', path: '/a', host: '', mode: 'auto', extra: '{}' },
  security: { type: 'tls', serverName: 'nl1.example.com', fingerprint: 'chrome', alpn: ['h2'] },
  encryption: 'none',
};

/** A copy with one field, named by its path, replaced or (undefined) removed. */
function having(path: string, value: unknown): unknown {
  const copy = structuredClone(tls) as unknown as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  let at = copy;
  for (const name of names) at = at[name] as Record<string, unknown>;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

describe('an endpoint read from the database', () => {
  it('comes back as it was written, and can be shown', () => {
    const read = readEndpoint(JSON.parse(JSON.stringify(tls)));
    expect(read).toEqual(tls);
    expect(renderEndpointLink(read, { uuid: '5783a3e7-e373-51cd-8642-c83782b807c5' })).toContain('alpn=h2');
  });

  it.each<readonly [string, unknown]>([
    ['protocol', 'vmess'],
    ['address', undefined],
    ['remark', 7],
    ['port', '443'],
    ['encryption', null],
    ['flow', 1],
    ['transport', undefined],
    ['transport.type', 'quic'],
    ['transport.type', 'constructor'],
    ['transport.path', undefined],
    ['transport.extra', {}],
    ['transport.httpHeader', 'x'],
    ['security', []],
    ['security.type', 'xtls'],
    ['security.serverName', undefined],
    ['security.alpn', 'h2'],
    ['security.alpn', [1]],
  ])('is refused when %s is %j', (path, value) => {
    expect(() => readEndpoint(having(path, value))).toThrow(
      expect.objectContaining({ code: 'FORMAT_ENDPOINT_INVALID' }),
    );
  });

  it.each([null, undefined, 'text', []])('is refused when it is %j', (value) => {
    expect(() => readEndpoint(value)).toThrow(expect.objectContaining({ code: 'FORMAT_ENDPOINT_INVALID' }));
  });

  it.each<readonly [string, unknown]>([
    ['port', '443'],
    ['secret', undefined],
    ['address', 7],
  ])('is refused for Telegram when %s is %j', (name, value) => {
    const proxy = { protocol: 'mtproto', address: 'a.example', port: 443, remark: 'TG', secret: 'ab'.repeat(16) };
    expect(readEndpoint(proxy)).toEqual(proxy);
    expect(() => readEndpoint({ ...proxy, [name]: value })).toThrow(
      expect.objectContaining({ code: 'FORMAT_ENDPOINT_INVALID' }),
    );
  });
});
