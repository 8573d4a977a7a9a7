import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { appOf, clientFamilies, isSubscriptionApp } from './families.ts';
import { guessedUserAgents, seenUserAgents } from './user-agents.corpus.ts';

describe('an app by its user agent', () => {
  it('is tried on enough of them', () => {
    const different = new Set(seenUserAgents.map(({ userAgent }) => userAgent));
    expect(different.size).toBeGreaterThanOrEqual(80);
    expect(different.size).toBe(seenUserAgents.length);
    const families = new Set([...seenUserAgents, ...guessedUserAgents].map(({ family }) => family));
    expect(families).toEqual(new Set(clientFamilies));
  });

  it.each([...seenUserAgents, ...guessedUserAgents])('$userAgent is $family and reads $reads', (one) => {
    expect(appOf(one.userAgent)).toMatchObject({ family: one.family, reads: one.reads });
  });

  it.each([
    ['HiddifyNext/2.5.7', 'sing-box'],
    ['HiddifyNextX/2.5.7', 'xray'],
    ['v2rayNG/2.3.5', 'xray'],
    ['Happ/3.26.1', 'xray'],
    ['clash.meta', 'mihomo'],
    ['SFA/1.14', 'sing-box'],
    ['Shadowrocket/2070', undefined],
    ['curl/8', undefined],
    [undefined, undefined],
  ])('%s runs on %s', (userAgent, core) => {
    expect(appOf(userAgent).core).toBe(core);
  });

  it('never depends on what stands behind the first word', () => {
    const others = fc.constantFrom('hiddify', 'sing-box 9.9', 'clash.meta', 'Mozilla/5.0', 'SFA/1.8.0');
    fc.assert(
      fc.property(fc.constantFrom(...seenUserAgents), fc.array(others), ({ userAgent, family }, rest) => {
        expect(appOf([userAgent, ...rest].join(' ')).family).toBe(family);
      }),
    );
  });

  it('is found for whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 2000 }), (userAgent) => {
        expect(clientFamilies).toContain(appOf(userAgent).family);
      }),
    );
  });

  it.each([
    ['Happ/3', true],
    ['Mozilla/5.0', false],
    ['TelegramBot (like TwitterBot)', false],
    ['curl/8', false],
    [undefined, false],
  ])('%s reads subscriptions and no pages: %s', (userAgent, expected) => {
    expect(isSubscriptionApp(appOf(userAgent))).toBe(expected);
  });
});
