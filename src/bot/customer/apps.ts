/** Devices that we explain. */
export const devices = ['android', 'ios', 'windows', 'macos', 'linux', 'tv'] as const;
export type Device = (typeof devices)[number];

export interface App {
  /** Also what `?open=` of a subscription's page takes. */
  readonly id: string;
  readonly name: string;
  /** Where it is found; its own site or repository, which leads to the stores. */
  readonly site: string;
  readonly devices: readonly Device[];
  /** How the address gets in where no page opens the app: by the clipboard, or by its own field for addresses. */
  readonly adds: 'clipboard' | 'profile';
  /** Whether the subscription's own page can hand it over: then one tap is enough. */
  readonly opens?: true;
}

/** Apps that take a subscription's address, the easiest first. */
export const apps: readonly App[] = [
  {
    id: 'happ',
    name: 'Happ',
    site: 'https://www.happ.su/main',
    devices: ['android', 'ios', 'windows', 'macos', 'tv'],
    adds: 'clipboard',
    opens: true,
  },
  {
    id: 'hiddify',
    name: 'Hiddify',
    site: 'https://hiddify.com',
    devices: ['android', 'ios', 'windows', 'macos', 'linux'],
    adds: 'clipboard',
    opens: true,
  },
  {
    id: 'v2raytun',
    name: 'v2RayTun',
    site: 'https://v2raytun.com',
    devices: ['android', 'ios', 'macos', 'tv'],
    adds: 'clipboard',
    opens: true,
  },
  {
    id: 'v2rayng',
    name: 'v2rayNG',
    site: 'https://github.com/2dust/v2rayNG/releases/latest',
    devices: ['android', 'tv'],
    adds: 'profile',
    opens: true,
  },
  {
    id: 'streisand',
    name: 'Streisand',
    site: 'https://apps.apple.com/app/streisand/id6450534064',
    devices: ['ios', 'macos'],
    adds: 'clipboard',
  },
  {
    id: 'shadowrocket',
    name: 'Shadowrocket',
    site: 'https://apps.apple.com/app/shadowrocket/id932747118',
    devices: ['ios'],
    adds: 'profile',
  },
  {
    id: 'nekobox',
    name: 'NekoBox',
    site: 'https://github.com/MatsuriDayo/NekoBoxForAndroid/releases/latest',
    devices: ['android'],
    adds: 'profile',
  },
  {
    id: 'clash-verge',
    name: 'Clash Verge',
    site: 'https://github.com/clash-verge-rev/clash-verge-rev/releases/latest',
    devices: ['windows', 'macos', 'linux'],
    adds: 'profile',
    opens: true,
  },
  {
    id: 'v2rayn',
    name: 'v2rayN',
    site: 'https://github.com/2dust/v2rayN/releases/latest',
    devices: ['windows', 'linux'],
    adds: 'profile',
  },
  {
    id: 'sing-box',
    name: 'sing-box',
    site: 'https://sing-box.sagernet.org/clients/',
    devices: ['android', 'ios', 'macos'],
    adds: 'profile',
    opens: true,
  },
];

export function appsFor(device: Device): readonly App[] {
  return apps.filter((app) => app.devices.includes(device));
}

export function isDevice(text: string | undefined): text is Device {
  return devices.some((device) => device === text);
}

/**
 * The page that opens an app with a subscription: Telegram refuses the apps' own schemes.
 *
 * @param address of the subscription, as apps fetch it
 * @param appId of an {@link App}
 */
export function openAppUrl(address: string, appId: string): string {
  const url = new URL(address);
  url.searchParams.set('open', appId);
  return url.href;
}
