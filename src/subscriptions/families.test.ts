import { expect, it } from 'vitest';

import { familyOf } from './families.ts';

it.each([
  ['v2rayNG/2.3.5', 'v2rayng'],
  ['v2rayN/7.1', 'v2rayn'],
  ['HiddifyNext/2.5.7 (android) like ClashMeta v2ray sing-box', 'hiddify'],
  ['HiddifyNextX/2.5.7 (ios) like ClashMeta v2ray sing-box', 'hiddify'],
  ['Happ/3.26.1', 'happ'],
  ['v2raytun/5.24.76 Windows/10.0', 'v2raytun'],
  ['clash.meta', 'mihomo'],
  ['clash.meta/1.19.30', 'mihomo'],
  ['clash-verge/v2.0.0', 'mihomo'],
  ['ClashX Meta/1.4', 'mihomo'],
  ['FlClashX/0.8', 'mihomo'],
  ['ClashForAndroid/2.5', 'other'],
  ['Clash/1.18', 'clash'],
  ['Stash/2.4', 'clash'],
  ['SFA/1.11 (sing-box 1.11)', 'sing-box'],
  ['sing-box 1.14.1', 'sing-box'],
  ['SFAx/1', 'other'],
  ['Mozilla/5.0 (like clash sing-box hiddify)', 'browser'],
  ['curl/8', 'other'],
  ['', 'none'],
  [undefined, 'none'],
] as const)('%j is %s', (userAgent, family) => {
  expect(familyOf(userAgent)).toBe(family);
});
