import { describe, expect, it } from 'vitest';

import { apps as botApps } from '../../bot/customer/apps.ts';
import { clientCores } from '../../formats/client-core.ts';
import { appLinks } from '../app-links.ts';
import { appsFor, importLink, knownPlatforms, pageApps } from './apps.ts';
import { platformOf } from './platform.ts';

describe('apps on the page', () => {
  it('are those that the bot explains, with the same names, places and devices', () => {
    for (const { id, name, site, devices } of botApps) {
      const platforms = devices.filter((device) => device !== 'tv');
      const ours = pageApps.find((app) => app.id === id);
      expect(ours).toMatchObject({ name, site });
      expect(ours?.platforms).toEqual(expect.arrayContaining(platforms));
    }
  });

  it('are all that take a subscription from a link', () => {
    const ids = new Set(pageApps.map(({ id }) => id));
    expect(Object.keys(appLinks).filter((id) => !ids.has(id))).toEqual([]);
    expect(new Set(pageApps.map(({ id }) => id)).size).toBe(pageApps.length);
  });

  it.each(knownPlatforms)('have one on %s for whatever core the servers demand, mostly at one tap', (platform) => {
    const tapless = clientCores.filter((core) => {
      const offered = appsFor(platform, [core]);
      expect(offered.filter((app) => app.core === core)).not.toEqual([]);
      return !offered.some((app) => importLink(app, 'https://example.com/sub/x') !== undefined);
    });
    // No app of Xray for Linux takes a link.
    expect(tapless).toEqual(platform === 'linux' ? ['xray'] : []);
  });

  it('leave out those that can use no server, unless none could', () => {
    const names = (cores: Parameters<typeof appsFor>[1]) => appsFor('android', cores).map(({ id }) => id);
    expect(names(['xray'])).toEqual(['happ', 'v2raytun', 'v2rayng']);
    expect(names([])).toEqual(names(clientCores));
    expect(appsFor('unknown', clientCores)).toEqual([]);
  });
});

it.each([
  ['Mozilla/5.0 (Linux; Android 17; Pixel 11) AppleWebKit/537.36 Chrome/149.0 Mobile Safari/537.36', 'android'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile Safari/604.1',
    'ios',
  ],
  ['Mozilla/5.0 (iPad; CPU OS 16_0 like Mac OS X) AppleWebKit/605.1.15', 'ios'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/19.0 Safari/605.1.15', 'macos'],
  ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/149.0 Safari/537.36', 'windows'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'linux'],
  ['Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/149.0', 'linux'],
  ['TelegramBot (like TwitterBot)', 'unknown'],
  [`${'x'.repeat(600)} Android`, 'unknown'],
  ['', 'unknown'],
  [undefined, 'unknown'],
])('%s is %s', (userAgent, platform) => {
  expect(platformOf(userAgent)).toBe(platform);
});
