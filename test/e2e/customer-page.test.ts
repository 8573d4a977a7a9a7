import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { devicesOf, ensureSubscriptions, rotateToken, tokenOf } from '../../src/store/index.ts';
import { texts } from '../../src/subscriptions/languages.ts';
import { openBrowser } from '../support/browser.ts';
import { day, entitle, startService, tokenKeys, type RunningService } from '../integration/subscriptions/support.ts';
import { CustomerPage, customer, looks, openShop, userAgents, type Look } from './customer-page.ts';

/** On real Postgres, by the service as it runs, in a real Chromium. */
describe('the customer’s page', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(() => browser.close());

  /** A customer with two devices on a service of his own. */
  async function alice() {
    const service = await startService();
    await openShop(service, [service.base]);
    const { id, token } = await customer(service, 'alice');
    await registerDevices(service, token);
    const devices = async () => (await devicesOf(service.operator, id)).map(({ model }) => model).toSorted();
    expect(await devices()).toEqual(['iPad Air', 'iPhone 17']);
    return { service, url: `${service.base}/sub/${token}`, devices };
  }

  it.each(Object.keys(looks) as Look[])(
    'is readable for everybody in every state, asks nobody else for anything, and breaks no rule of its own: %s',
    async (look) => {
      const service = await startService();
      await openShop(service, [service.base]);
      const { viewport, ...rest } = looks[look];
      const userAgent = viewport.width < 500 ? userAgents.android : userAgents.windows;
      const said = texts[look.endsWith('ru') ? 'ru' : 'en'].page.states;
      for (const [state, url] of Object.entries(await states(service))) {
        const shown = await CustomerPage.open(browser, url, { ...rest, viewport, userAgent });
        const badge = await shown.page.locator('.badge').textContent();
        const width = await shown.page.evaluate('document.documentElement.scrollWidth');
        await shown.screenshot(`${state}-${look}`);
        const broken = await shown.unreachable();
        const { troubles } = shown;
        expect({ state, badge, width, broken, troubles }).toEqual({
          state,
          badge: said[state as keyof typeof said].badge,
          width: viewport.width,
          broken: [],
          troubles: [],
        });
        await shown.close();
      }
    },
    // Eight pages, each read by axe and drawn: a busy machine takes its time.
    900_000,
  );

  it('hands the subscription to an app of the device at one tap, without scrolling', async () => {
    const { url } = await alice();
    for (const [platform, app, scheme] of [
      ['android', 'Happ', 'happ://add/'],
      ['ios', 'Happ', 'happ://add/'],
      ['windows', 'Happ', 'happ://add/'],
      ['macos', 'Happ', 'happ://add/'],
      ['linux', 'Hiddify', 'hiddify://import/'],
    ] as const) {
      const { viewport } = looks[platform === 'android' || platform === 'ios' ? 'phone-light-en' : 'desktop-dark-en'];
      const { page } = await CustomerPage.open(browser, url, { userAgent: userAgents[platform], viewport });
      const button = page.getByRole('link', { name: `Add to ${app}`, exact: true });
      expect(await button.getAttribute('href')).toBe(scheme + url);
      const { y = Infinity, height = 0 } = (await button.boundingBox()) ?? {};
      expect(y + height).toBeLessThan(viewport.height);
    }
  });

  it('copies the address, and each link', async () => {
    const { url, service } = await alice();
    const permissions = ['clipboard-read', 'clipboard-write'];
    const { page, troubles } = await CustomerPage.open(browser, url, { permissions });
    const copied = (): Promise<string> => page.evaluate('navigator.clipboard.readText()');
    await page.getByRole('button', { name: 'Copy' }).first().click();
    await expect.poll(copied).toBe(url);
    await page.getByRole('status').getByText('Copied').waitFor();
    await page.getByText('Links one by one').click();
    await page.locator('[data-copy=link-1]').click();
    const { body } = await service.ask(`${new URL(url).pathname}/plain`);
    await expect.poll(copied).toBe(body.split('\n')[1]);
    expect(troubles).toEqual([]);
  });

  it.each([true, false])('takes a device its place, with JavaScript: %s', async (javaScriptEnabled) => {
    const { url, devices } = await alice();
    const { page, troubles } = await CustomerPage.open(browser, url, { javaScriptEnabled, locale: 'ru-RU' });
    await page.getByText('Устройства: 2 из 3').waitFor();
    const tablet = page.getByRole('listitem').filter({ hasText: 'iPad Air' });
    await tablet.locator('summary').click();
    await tablet.getByRole('button', { name: 'Да, удалить' }).click();
    await page.getByText('Устройства: 1 из 3').waitFor();
    expect(page.url()).toBe(url);
    expect(await page.getByText('iPad Air').count()).toBe(0);
    expect(await devices()).toEqual(['iPhone 17']);
    expect(troubles).toEqual([]);
  });

  it('needs JavaScript for copying alone, and shows no button that does nothing', async () => {
    const { url } = await alice();
    const { page } = await CustomerPage.open(browser, url, { javaScriptEnabled: false });
    expect(await page.locator('button:visible').count()).toBe(0);
    expect(await page.getByRole('textbox', { name: 'Your link' }).inputValue()).toBe(url);
    expect(await page.getByRole('img', { name: 'QR code' }).isVisible()).toBe(true);
    await page.getByText('Other apps').click();
    expect(await page.getByRole('link', { name: 'Get Hiddify' }).getAttribute('href')).toBe('https://hiddify.com');
    await page.getByText('Links one by one').click();
    expect(await page.locator('code').first().isVisible()).toBe(true);
  });

  it('lets no page of another site take a device its place', async () => {
    const { url, devices, service } = await alice();
    const action = (await CustomerPage.open(browser, url)).page.locator('form').first().getAttribute('action');
    const form = `<form method="post" action="${(await action) ?? ''}"></form><script>document.forms[0].submit()</script>`;
    const evil = createServer((_, response) => response.setHeader('content-type', 'text/html').end(form));
    evil.listen(0, '127.0.0.1');
    await once(evil, 'listening');
    onTestFinished(() => void evil.close());
    const { port } = evil.address() as AddressInfo;
    for (const host of ['127.0.0.1', 'localhost']) {
      const context = await browser.newContext();
      onTestFinished(() => context.close());
      const page = await context.newPage();
      const refused = page.waitForResponse((response) => response.url().startsWith(service.base));
      await page.goto(`http://${host}:${port}/`);
      expect((await refused).status()).toBe(403);
    }
    expect(await devices()).toEqual(['iPad Air', 'iPhone 17']);
  });

  it('goes on as soon as the servers are there', async () => {
    const service = await startService();
    const { preparing } = await states(service);
    const { page } = await CustomerPage.open(browser, preparing);
    const again = page.getByRole('link', { name: 'Look again' });
    await customer(service, 'newcomer');
    await expect
      .poll(
        async () => {
          if (await again.isVisible()) await again.click();
          return page.locator('.badge').textContent();
        },
        { timeout: 60_000 },
      )
      .toBe('Active');
  });
});

/** Two devices fetch the subscription with an app that says which they are. */
async function registerDevices(service: RunningService, token: string): Promise<void> {
  for (const model of ['iPhone 17', 'iPad Air']) {
    const headers = {
      'user-agent': 'Happ/3.26.1',
      'x-hwid': `hwid-of-${model.replace(' ', '-')}`,
      'x-device-model': model,
      'x-device-os': 'iOS',
    };
    expect((await service.ask(`/sub/${token}`, { headers })).status).toBe(200);
  }
}

/** Customers in every state that a page can have, by the state. */
async function states(service: RunningService) {
  const urlOf = ({ token }: { readonly token: string }): string => `${service.base}/sub/${token}`;
  const [newcomer] = await ensureSubscriptions(
    service.operator,
    [{ namespace: 'shop', name: 'newcomer', source: 'resource' }],
    tokenKeys,
  );
  if (newcomer?.token === undefined) throw new Error('no subscription');
  await entitle(service.operator, newcomer.id);
  const limit = 50 * 1024 ** 3;
  const moved = await customer(service, 'moved');
  await rotateToken(service.operator, moved.id, tokenKeys);
  const active = await customer(service, 'active');
  await registerDevices(service, active.token);
  return {
    active: urlOf(active),
    ending: urlOf(await customer(service, 'ending', { entitlement: { expiresAtMs: Date.now() + 1.5 * day } })),
    expired: urlOf(await customer(service, 'expired', { entitlement: { expiresAtMs: Date.now() - 3 * day } })),
    limited: urlOf(await customer(service, 'limited', { usedBytes: limit, limited: true })),
    suspended: urlOf(await customer(service, 'suspended', { suspended: true })),
    denied: urlOf(await customer(service, 'denied', { entitlement: { access: 'denied' } })),
    moved: urlOf(moved),
    preparing: urlOf({ token: tokenOf(tokenKeys, newcomer.id, newcomer.token) }),
  };
}
