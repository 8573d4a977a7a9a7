import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DesiredClient } from '../driver.ts';
import { assertValid } from './desired.ts';

const good: DesiredClient = {
  subscriptionId: randomUUID(),
  email: 'wl-abcdefgh-g2',
  uuid: randomUUID(),
  enabled: true,
  expiresAtMs: 1_800_000_000_000,
  quotaBytes: 0,
  inbounds: ['a'],
};

describe('a desired client', () => {
  it('passes when it is well formed', () => {
    expect(() => {
      assertValid('shop/nl', good);
    }).not.toThrow();
    expect(() => {
      assertValid('shop/nl', { ...good, expiresAtMs: 0 });
    }).not.toThrow();
  });

  it.each<[string, Partial<DesiredClient>]>([
    ['a UUID that is any text', { uuid: 'this is a text of more than thirty characters' }],
    ['a UUID in capitals', { uuid: good.uuid.toUpperCase() }],
    ['a slash in the e-mail', { email: 'a/b' }],
    ['an e-mail that ends like one for an inbound', { email: 'wl-abcdefgh-in3' }],
    ['a slash in the subscription id', { subscriptionId: 'a/b' }],
    ['an expiry in seconds', { expiresAtMs: 1_800_000_000 }],
    ['an expiry that is no number', { expiresAtMs: Number.NaN }],
    ['a negative quota', { quotaBytes: -1 }],
    ['no inbound', { inbounds: [] }],
  ])('is refused for %s, without a word of its UUID', (_, change) => {
    const check = (): void => {
      assertValid('shop/nl', { ...good, ...change });
    };
    expect(check).toThrow(expect.objectContaining({ code: 'PANEL_CLIENT_INVALID', retry: 'never' }));
    expect(check).not.toThrow(change.uuid ?? good.uuid);
  });
});
