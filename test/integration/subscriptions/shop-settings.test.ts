import { expect, it } from 'vitest';

import { saveShopRendering, writeStates } from '../../../src/store/index.ts';
import { nextMonthMs } from '../../../src/subscriptions/profile-headers.ts';
import { entitle, provision, startService } from './support.ts';

const soon = { timeout: 10_000, interval: 50 };

const titleOf = (header: string | undefined): string =>
  Buffer.from(header?.replace(/^base64:/, '') ?? '', 'base64').toString('utf8');

it('what a shop says reaches its customers’ apps, and what it changes too; without a shop the flags count', async () => {
  const { operator, get } = await startService({ freshMs: 0 });
  const { token, id } = await provision(operator, 'alice', ['NL']);
  const before = await get(token);
  expect([titleOf(before.headers['profile-title']), before.headers['profile-update-interval']]).toEqual([
    'Monthly',
    '12',
  ]);

  const shop = { namespace: 'shop', name: 'example' };
  await saveShopRendering(operator, shop, {
    language: 'ru',
    title: { default: 'Example', ru: 'Пример' },
    updateIntervalHours: 6,
    supportUrl: 'https://t.me/example_help',
    publicUrls: ['https://sub.example.com'],
    apps: [{ userAgentPrefix: 'node', format: 'mihomo' }],
  });
  await expect.poll(async () => titleOf((await get(token)).headers['profile-title']), soon).toBe('Пример');
  const during = await get(token);
  expect(during.headers).toMatchObject({
    'profile-update-interval': '6',
    'support-url': 'https://t.me/example_help',
    'profile-web-page-url': `https://sub.example.com/sub/${token}`,
    'content-type': expect.stringContaining('yaml') as unknown,
  });

  await saveShopRendering(operator, shop, { language: 'en' });
  await expect.poll(async () => titleOf((await get(token)).headers['profile-title']), soon).toBe('Monthly');
  expect((await get(token)).headers['content-type']).toContain('text/plain');

  await writeStates(operator, [{ subscriptionId: id, suspended: false, limited: false, trafficReset: 'Monthly' }]);
  await entitle(operator, id, { title: { default: 'Month', ru: 'Месяц' } });
  await expect.poll(async () => titleOf((await get(token)).headers['profile-title']), soon).toBe('Month');
  const refill = Number((await get(token)).headers['subscription-refill-date']) * 1000;
  expect([nextMonthMs(Date.now()), nextMonthMs(Date.now() - 60_000)]).toContain(refill);
});
