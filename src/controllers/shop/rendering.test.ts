import { describe, expect, it } from 'vitest';

import type { VPNShopSpec } from '../../api/index.ts';
import { shopRendering } from './rendering.ts';

const smallest = { languages: { default: 'en', offered: ['en', 'ru'] }, timeZone: 'UTC' } as unknown as VPNShopSpec;

describe('what customers are shown of a shop', () => {
  it('is its language where it says nothing else', () => {
    expect(shopRendering(smallest)).toEqual({ language: 'en', timeZone: 'UTC' });
  });

  it('leads to its bot as soon as that is known', () => {
    expect(shopRendering(smallest, 'example_bot').botUrl).toBe('https://t.me/example_bot');
  });

  it('is what it says, with every address that it has', () => {
    const subscriptions = {
      title: { default: 'Example' },
      updateIntervalHours: 6,
      webPageUrl: 'https://example.com',
      announce: { text: { default: 'Hello' }, url: 'https://example.com/news' },
      apps: [{ userAgentPrefix: 'Happ', format: 'xray' as const }],
      happ: { routing: 'happ://routing/off', hideSettings: true },
    };
    const otherPublicUrls = ['https://old.example.com', 'https://sub.example.com'];
    const { otherPublicUrls: _, ...shown } = { ...subscriptions, otherPublicUrls };
    const spec = {
      ...smallest,
      publicUrl: 'https://sub.example.com/',
      subscriptions: { ...subscriptions, otherPublicUrls },
    };
    expect(shopRendering(spec)).toEqual({
      language: 'en',
      timeZone: 'UTC',
      ...shown,
      publicUrls: ['https://sub.example.com', 'https://old.example.com'],
    });
  });

  it.each([
    [{ telegram: '@example_help' }, 'https://t.me/example_help'],
    [{ url: 'https://example.com/help' }, 'https://example.com/help'],
    [{ telegram: '@example_help', url: 'https://example.com/help' }, 'https://example.com/help'],
    [undefined, undefined],
  ])('sends whoever needs help %o to %s', (support, url) => {
    expect(shopRendering({ ...smallest, ...(support === undefined ? {} : { support }) }).supportUrl).toBe(url);
  });
});
