import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { appFormats } from '../api/schema/shop-subscriptions.ts';
import { subscriptionFormats } from '../formats/formats.ts';
import { appOf } from './families.ts';
import { choose, formatNamed, pageName, wantsPage } from './negotiation.ts';
import { profileOf } from './profile.ts';
import { seenUserAgents } from './user-agents.corpus.ts';

const browser = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const settings = { title: 'x', updateIntervalHours: 12 };

interface Asked {
  readonly named?: string;
  readonly accept?: string;
  readonly userAgent?: string;
  readonly apps?: readonly { readonly userAgentPrefix: string; readonly format: string }[];
}

function chosen({ named, accept, userAgent, apps = [] }: Asked): string {
  const profile = profileOf(settings, { language: 'en', apps });
  return choose(
    { named: named === undefined ? undefined : formatNamed(named), accept, userAgent, app: appOf(userAgent) },
    profile,
  );
}

describe('what is given', () => {
  const apps = [
    { userAgentPrefix: 'Happ', format: 'xray' },
    { userAgentPrefix: 'happ/3', format: 'plain' },
    { userAgentPrefix: 'SFA', format: 'links' },
    { userAgentPrefix: 'Box', format: 'sing-box' },
    { userAgentPrefix: 'curl/', format: 'surge' },
    { userAgentPrefix: 'Mozilla', format: 'plain' },
  ];

  it.each<[Asked, string]>([
    [{}, 'links'],
    [{ userAgent: 'clash.meta' }, 'mihomo'],
    // What is named counts more than anything else.
    [{ named: 'plain', userAgent: 'clash.meta', accept: browser }, 'plain'],
    [{ named: 'clash-meta' }, 'mihomo'],
    [{ named: 'v2ray' }, 'links'],
    [{ named: 'v2ray-json' }, 'xray'],
    [{ named: 'page', userAgent: 'Happ/3' }, pageName],
    [{ named: 'sing-box', userAgent: 'SFA/1.8.0' }, 'sing-box-legacy'],
    [{ named: 'sing-box', userAgent: 'curl/8' }, 'sing-box'],
    [{ named: 'sing-box-legacy', userAgent: 'SFA/1.14.0' }, 'sing-box-legacy'],
    [{ named: 'links', userAgent: 'Happ/3', apps }, 'links'],
    // Then who reads pages.
    [{ accept: browser, userAgent: 'Mozilla/5.0 (iPhone)' }, pageName],
    [{ accept: browser, userAgent: 'Mozilla/5.0 (iPhone)', apps }, pageName],
    [{ accept: browser }, pageName],
    [{ accept: browser, userAgent: 'curl/8' }, pageName],
    [{ userAgent: 'TelegramBot (like TwitterBot)' }, pageName],
    [{ userAgent: 'Mozilla/5.0 (iPhone)', accept: '*/*' }, 'links'],
    // An app is an app, whatever its library accepts.
    [{ accept: browser, userAgent: 'Happ/3.26.1' }, 'links'],
    [{ accept: 'text/html,*/*', userAgent: 'clash-verge/v2.5.3' }, 'mihomo'],
    // Then the shop, the first that fits.
    [{ userAgent: 'Happ/3.26.1', apps }, 'xray'],
    [{ userAgent: 'Happiness/1', apps }, 'links'],
    [{ userAgent: 'SFA/1.14.0', apps }, 'links'],
    [{ userAgent: 'Box (sing-box 1.8.0)', apps }, 'sing-box-legacy'],
    [{ userAgent: 'box', apps }, 'sing-box'],
    [{ userAgent: 'Mozilla/5.0', apps }, 'plain'],
    // What this version does not know is as good as not said.
    [{ userAgent: 'curl/8', apps }, 'links'],
  ])('to %o is %s', (asked, expected) => {
    expect(chosen(asked)).toBe(expected);
  });

  it('to an app that was seen is what it reads, whatever it accepts and whatever language it speaks', () => {
    for (const { userAgent, reads, family } of seenUserAgents) {
      const expected = family === 'browser' || family === 'other' ? pageName : reads;
      expect(chosen({ userAgent, accept: browser })).toBe(expected);
      expect(chosen({ userAgent })).toBe(reads);
    }
  });
});

it.each([
  [browser, true],
  ['text/html', true],
  ['text/html;q=0.9, */*;q=0.1', true],
  ['TEXT/HTML', true],
  ['text/html;q=0', false],
  ['application/json, text/html;q=0.5', false],
  ['*/*', false],
  ['text/htmlx', false],
  ['application/json', false],
  ['', false],
  [undefined, false],
])('whoever accepts %s wants a page: %s', (accept, expected) => {
  expect(wantsPage(accept)).toBe(expected);
});

describe('names of formats', () => {
  it('are those of every format, and those that a shop can give are among them', () => {
    for (const { name } of subscriptionFormats) expect(formatNamed(name)).toBe(name);
    expect([...appFormats].toSorted()).toEqual(subscriptionFormats.map(({ name }) => name).toSorted());
  });

  it('are nothing else', () => {
    for (const name of ['', 'yaml', 'toString', '__proto__', 'info', 'plain,links'])
      expect(formatNamed(name)).toBeUndefined();
  });

  it('lead to something that there is, whatever is asked', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom(browser, 'sing-box', 'Happ/1', undefined));
    fc.assert(
      fc.property(text, text, text, (named, accept, userAgent) => {
        const format = chosen({
          ...(named === undefined ? {} : { named }),
          ...(accept === undefined ? {} : { accept }),
          ...(userAgent === undefined ? {} : { userAgent }),
        });
        expect([pageName, ...subscriptionFormats.map(({ name }) => name)]).toContain(format);
      }),
    );
  });
});
