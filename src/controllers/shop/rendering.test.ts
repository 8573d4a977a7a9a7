import { describe, expect, it } from 'vitest';

import type { VPNShopSpec } from '../../api/index.ts';
import { shopRendering } from './rendering.ts';

const unseen = { userName: undefined, simulatorUrl: undefined };
const smallest = { languages: { default: 'en', offered: ['en', 'ru'] }, timeZone: 'UTC' } as unknown as VPNShopSpec;

describe('what customers are shown of a shop', () => {
  it('is its language where it says nothing else', () => {
    expect(shopRendering(smallest, unseen)).toEqual({ language: 'en', timeZone: 'UTC' });
  });

  it('leads to its bot as soon as that is known', () => {
    expect(shopRendering(smallest, { ...unseen, userName: 'example_bot' }).botUrl).toBe('https://t.me/example_bot');
  });

  it('never leads to a stranger at Telegram who has the name of a simulated bot', () => {
    const simulatorUrl = 'http://127.0.0.1:9090';
    expect(shopRendering(smallest, { userName: 'example_bot', simulatorUrl }).botUrl).toBe(simulatorUrl);
    expect(shopRendering(smallest, { userName: undefined, simulatorUrl }).botUrl).toBeUndefined();
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
    expect(shopRendering(spec, unseen)).toEqual({
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
    const spec = { ...smallest, ...(support === undefined ? {} : { support }) };
    expect(shopRendering(spec, unseen).supportUrl).toBe(url);
  });
});
