import type { Platform } from '../page-answer.ts';

/** In order: Android says that it is a Linux too, and an iPhone "like Mac OS X". */
const platforms: readonly (readonly [Platform, RegExp])[] = [
  ['android', /android/i],
  ['ios', /iphone|ipad|ipod/i],
  ['windows', /windows/i],
  // An iPad says that it is a Mac unless its owner forbids it: the apps of both are mostly the same.
  ['macos', /macintosh|mac os x/i],
  ['linux', /linux|cros/i],
];

/** Nothing that matters stands behind that. */
const longestUserAgent = 512;

/** What the customer holds in his hand, as his browser says it. @param userAgent of any length and content */
export function platformOf(userAgent: string | undefined): Platform {
  const text = userAgent?.slice(0, longestUserAgent) ?? '';
  return platforms.find(([, pattern]) => pattern.test(text))?.[0] ?? 'unknown';
}
