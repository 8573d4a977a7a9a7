import axe from 'axe-core';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { uuidv7 } from 'uuidv7';
import {
  confirmClients,
  ensurePanel,
  recordUsage,
  savePanelReading,
  saveShopRendering,
  writeStates,
  type DeclaredEntitlement,
} from '../../src/store/index.ts';
import {
  endpoint,
  entitle,
  provision,
  type Provisioned,
  type RunningService,
} from '../integration/subscriptions/support.ts';

/** Those that are in the docs. */
const pictures: Readonly<Record<string, 'whole' | 'first screen'>> = {
  'active-phone-light-en': 'whole',
  'active-phone-dark-ru': 'first screen',
  'active-desktop-light-ru': 'whole',
  'expired-phone-light-en': 'first screen',
  'suspended-phone-dark-ru': 'first screen',
  'limited-desktop-dark-en': 'first screen',
  'preparing-desktop-light-ru': 'first screen',
};
const folder = path.join(import.meta.dirname, '../../docs/images/page');
const gibibyte = 1024 ** 3;

/** How the customer looks at it: of device, colours and language each with each. */
export const looks = {
  'phone-light-en': { viewport: { width: 390, height: 844 }, colorScheme: 'light', locale: 'en-GB', hasTouch: true },
  'phone-dark-ru': { viewport: { width: 390, height: 844 }, colorScheme: 'dark', locale: 'ru-RU', hasTouch: true },
  'desktop-dark-en': { viewport: { width: 1180, height: 900 }, colorScheme: 'dark', locale: 'en-GB' },
  'desktop-light-ru': { viewport: { width: 1180, height: 900 }, colorScheme: 'light', locale: 'ru-RU' },
} as const satisfies Readonly<Record<string, BrowserContextOptions>>;

export type Look = keyof typeof looks;

export const userAgents = {
  android: 'Mozilla/5.0 (Linux; Android 17; Pixel 11) AppleWebKit/537.36 Chrome/149.0 Mobile Safari/537.36',
  ios: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1',
  windows: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/149.0 Safari/537.36',
  macos: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15',
  linux: 'Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0',
} as const;

/** A page in a browser of its own, and whatever went wrong on it. */
export class CustomerPage {
  readonly page: Page;
  /** Errors of the page and of its policy, and requests that left its origin. */
  readonly troubles: readonly string[];

  private constructor(page: Page, troubles: readonly string[]) {
    this.page = page;
    this.troubles = troubles;
  }

  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<CustomerPage> {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    const troubles: string[] = [];
    const { origin } = new URL(url);
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('request', (request) => {
      const asked = new URL(request.url());
      if (asked.protocol !== 'data:' && asked.origin !== origin) troubles.push(`asked ${request.url()}`);
    });
    await page.goto(url);
    return new CustomerPage(page, troubles);
  }

  /** With everything unfolded that can be. @returns one line for each that is against the rules for accessible pages */
  async unreachable(): Promise<readonly string[]> {
    await this.page.evaluate(unfoldAll);
    // Not as a part of the page, which lets nobody add a script.
    await this.page.evaluate(axe.source);
    const { violations } = await this.page.evaluate(judge);
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }

  /** For the docs when `WAYLEAVE_TEST_PUBLISH` is 1, and otherwise none: dates in it change with every run. */
  async screenshot(name: string): Promise<void> {
    const part = pictures[name];
    if (process.env['WAYLEAVE_TEST_PUBLISH'] !== '1' || part === undefined) return;
    await mkdir(folder, { recursive: true });
    const fullPage = part === 'whole';
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), animations: 'disabled', fullPage });
  }
}

/** These two run in the browser. */
function unfoldAll(): void {
  const { document } = globalThis as unknown as {
    document: { querySelectorAll(one: string): Iterable<{ open: boolean }> };
  };
  for (const details of document.querySelectorAll('details')) details.open = true;
}

async function judge(): Promise<{
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}> {
  const { axe: judgeOfPages } = globalThis as unknown as { axe: { run(): ReturnType<typeof judge> } };
  return judgeOfPages.run();
}

/** What the shop of these customers says. */
export async function openShop({ operator }: RunningService, publicUrls: readonly string[] = []): Promise<void> {
  await saveShopRendering(
    operator,
    { namespace: 'shop', name: 'example' },
    {
      language: 'en',
      title: { default: 'Example VPN' },
      supportUrl: 'https://t.me/example_help',
      botUrl: 'https://t.me/example_bot',
      timeZone: 'Europe/Moscow',
      announce: { text: { default: 'New servers in Finland', ru: 'Новые серверы в Финляндии' } },
      publicUrls,
    },
  );
}

export interface CustomerOptions {
  readonly entitlement?: Partial<DeclaredEntitlement>;
  readonly usedBytes?: number;
  readonly suspended?: boolean;
  readonly limited?: boolean;
}

/** A customer with two servers of three ways in, a proxy for Telegram, and whatever is said of him. */
export async function customer(
  { operator }: RunningService,
  name: string,
  { entitlement, usedBytes = 18.4 * gibibyte, suspended = false, limited = false }: CustomerOptions = {},
): Promise<Provisioned> {
  const one = await provision(operator, name, ['🇳🇱 Amsterdam', '🇳🇱 Amsterdam, through a CDN']);
  const second = await ensurePanel(operator, { namespace: 'shop', name: `second-of-${name}` });
  const proxy = {
    protocol: 'mtproto',
    address: 'de1.example.com',
    port: 8443,
    remark: '🇩🇪 Frankfurt',
    secret: `ee${'0123456789abcdef'.repeat(2)}7777772e6578616d706c652e74657374`,
  };
  await savePanelReading(operator, second.id, {
    identity: uuidv7(),
    endpoints: [
      { inbound: 'reality', endpoint: endpoint('🇩🇪 Frankfurt') },
      { inbound: 'telegram', endpoint: proxy },
    ],
  });
  const email = `wl-${one.record.shortId}`;
  await confirmClients(operator, [
    {
      panelId: second.id,
      subscriptionId: one.id,
      generation: 1,
      email,
      inbounds: ['reality', 'telegram'],
      fingerprint: 'as desired',
      enabled: true,
    },
  ]);
  await entitle(operator, one.id, {
    trafficLimitBytes: BigInt(50 * gibibyte),
    deviceLimit: 3,
    ...entitlement,
  });
  const usage = { upBytes: 0, downBytes: Math.floor(usedBytes), lastOnlineMs: 0 };
  await recordUsage(operator, second.id, [{ subscriptionId: one.id, email, ...usage }]);
  await writeStates(operator, [{ subscriptionId: one.id, suspended, limited, trafficReset: 'Monthly' }]);
  return one;
}
