import type { ClientCore } from '../../formats/client-core.ts';
import { appLink, appLinks, isLinkedApp } from '../app-links.ts';
import type { Platform } from '../page-answer.ts';

export type KnownPlatform = Exclude<Platform, 'unknown'>;

export interface PageApp {
  readonly id: string;
  readonly name: string;
  /** Where it is found; its own site or repository, which leads to the stores. */
  readonly site: string;
  readonly platforms: readonly KnownPlatform[];
  /** What it runs on, where that is certain. */
  readonly core?: ClientCore;
}

/**
 * Apps that the page offers, the easiest first. Those that the bot explains too have the same name and site there; a test
 * holds them together.
 */
export const pageApps: readonly PageApp[] = [
  {
    id: 'happ',
    name: appLinks.happ.name,
    site: 'https://www.happ.su/main',
    platforms: ['android', 'ios', 'windows', 'macos'],
    core: 'xray',
  },
  {
    id: 'hiddify',
    name: appLinks.hiddify.name,
    site: 'https://hiddify.com',
    platforms: ['android', 'ios', 'windows', 'macos', 'linux'],
    core: 'sing-box',
  },
  {
    id: 'v2raytun',
    name: appLinks.v2raytun.name,
    site: 'https://v2raytun.com',
    platforms: ['android', 'ios', 'macos'],
    core: 'xray',
  },
  {
    id: 'v2rayng',
    name: appLinks.v2rayng.name,
    site: 'https://github.com/2dust/v2rayNG/releases/latest',
    platforms: ['android'],
    core: 'xray',
  },
  {
    id: 'streisand',
    name: appLinks.streisand.name,
    site: 'https://apps.apple.com/app/streisand/id6450534064',
    platforms: ['ios', 'macos'],
    core: 'xray',
  },
  {
    id: 'shadowrocket',
    name: appLinks.shadowrocket.name,
    site: 'https://apps.apple.com/app/shadowrocket/id932747118',
    platforms: ['ios'],
  },
  {
    id: 'flclash',
    name: appLinks.flclash.name,
    site: 'https://github.com/chen08209/FlClash/releases/latest',
    platforms: ['android', 'windows', 'macos', 'linux'],
    core: 'mihomo',
  },
  {
    id: 'clash-verge',
    name: appLinks['clash-verge'].name,
    site: 'https://github.com/clash-verge-rev/clash-verge-rev/releases/latest',
    platforms: ['windows', 'macos', 'linux'],
    core: 'mihomo',
  },
  {
    id: 'karing',
    name: appLinks.karing.name,
    site: 'https://karing.app',
    platforms: ['android', 'ios', 'windows', 'macos'],
    core: 'sing-box',
  },
  {
    id: 'stash',
    name: appLinks.stash.name,
    site: 'https://apps.apple.com/app/stash-rule-based-proxy/id1596063349',
    platforms: ['ios', 'macos'],
    core: 'mihomo',
  },
  {
    id: 'nekobox',
    name: appLinks.nekobox.name,
    site: 'https://github.com/MatsuriDayo/NekoBoxForAndroid/releases/latest',
    platforms: ['android'],
    core: 'sing-box',
  },
  {
    id: 'sing-box',
    name: appLinks['sing-box'].name,
    site: 'https://sing-box.sagernet.org/clients/',
    platforms: ['android', 'ios', 'macos'],
    core: 'sing-box',
  },
  {
    // Takes no link: its customers copy the address.
    id: 'v2rayn',
    name: 'v2rayN',
    site: 'https://github.com/2dust/v2rayN/releases/latest',
    platforms: ['windows', 'macos', 'linux'],
    core: 'xray',
  },
];

export const knownPlatforms: readonly KnownPlatform[] = ['android', 'ios', 'windows', 'macos', 'linux'];

/**
 * Apps of one platform that can use at least one of the servers.
 *
 * @param cores that can; all apps are offered where none can, because their users have servers to come
 */
export function appsFor(platform: Platform, cores: readonly ClientCore[]): readonly PageApp[] {
  return pageApps.filter(
    ({ platforms, core }) =>
      platforms.some((one) => one === platform) && (core === undefined || cores.length === 0 || cores.includes(core)),
  );
}

/** The link that hands the subscription to an app. @returns nothing for one that takes none */
export function importLink({ id }: PageApp, address: string): string | undefined {
  return isLinkedApp(id) ? appLink(id, address) : undefined;
}
