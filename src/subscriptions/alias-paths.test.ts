import { describe, expect, it } from 'vitest';

import { formatOfClient, isTokenForm, tokenOfAddress } from './alias-paths.ts';

const subId = 'k3j5h2l1p9q8w7e6';
const uuid = '0c1b2a39-4857-4665-9788-99aabbccddee';
const marzban = 'YWxpY2UsMTcwMDAwMDAwMA8lYWFhYWFh';
const jwt =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbGljZSIsImFjY2VzcyI6InN1YnNjcmlwdGlvbiIsImlhdCI6MTcwMDAwMDAwMH0.3vVQJb0xQ7p5cYc2z0mXq1kq6h3fL1s0Yd7u8v9w0xY';

describe('the token in what a person has', () => {
  it.each([
    ['a subId', subId, subId],
    ['3x-ui', `https://panel.example.com:2096/sub/${subId}`, subId],
    ['3x-ui, JSON', `https://panel.example.com:2096/json/${subId}?name=x`, subId],
    ['3x-ui, Clash', `http://203.0.113.7:2096/clash/${subId}#Alice`, subId],
    ['3x-ui under a path of its own', `https://example.com/my/secret/${subId}`, subId],
    ['the predecessor', `https://vpn.example.com/sub/${uuid}`, uuid],
    ['Marzban', `https://m.example.com/sub/${marzban}`, marzban],
    ['Marzban, with the client', `https://m.example.com/sub/${marzban}/clash-meta`, marzban],
    ['Marzban, its usage', `https://m.example.com/sub/${marzban}/usage`, marzban],
    ['Marzban’s first form', `https://m.example.com/sub/${jwt}/`, jwt],
    ['Remnawave', `https://r.example.com/api/sub/Xk2_9fPq/singbox`, 'Xk2_9fPq'],
    ['a name that somebody typed', 'https://p.example.com/sub/alice%40home', 'alice@home'],
    ['a path', `/sub/${subId}`, subId],
    ['spaces around', `  ${subId}\n`, subId],
  ])('of %s', (_, text, token) => {
    expect(tokenOfAddress(text)).toBe(token);
  });

  it.each(['', 'abc', 'https://example.com/', 'https://example.com/sub/%E0%A4%A', 'two words', 'a'.repeat(513)])(
    'is not found in %j',
    (text) => {
      expect(tokenOfAddress(text)).toBeUndefined();
    },
  );
});

it.each([subId, uuid, marzban, jwt, 'AAAAbbbbCCCCddddEEEEffffGGGGhhh1', 'alice@home'])(
  '%s can be an address',
  (token) => {
    expect(isTokenForm(token)).toBe(true);
  },
);

it.each(['abc', 'a b c d', 'a/b/c/d', '<script>', 'é'.repeat(10), 'a\nb\nc\nd', ''])('%j cannot', (token) => {
  expect(isTokenForm(token)).toBe(false);
});

it.each([
  ['clash-meta', 'mihomo'],
  ['sing-box', 'sing-box'],
  ['singbox', 'sing-box'],
  ['v2ray-json', 'xray'],
  ['json', 'xray'],
  ['v2ray', 'links'],
])('%s behind an address means %s', (client, format) => {
  expect(formatOfClient(client)).toBe(format);
});

it.each(['info', 'usage', 'toString', '__proto__', 'devices'])('%s means nothing', (client) => {
  expect(formatOfClient(client)).toBeUndefined();
});
