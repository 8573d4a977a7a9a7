/**
 * Apps that take a subscription from a link of their own scheme, by the name under which `?open=` asks for them. `{}`
 * stands for the address, `{%}` for the address as part of a query, `{64}` for it in base64.
 *
 * As the apps' own sources or documentation have them; of Happ, v2RayTun, Streisand and Shadowrocket, which publish neither,
 * as panels hand them out to their customers. Where an app has a scheme of its own it is taken: several answer to `clash:`,
 * and the system opens any of them.
 */
export const appLinks = {
  happ: { name: 'Happ', link: 'happ://add/{}' },
  hiddify: { name: 'Hiddify', link: 'hiddify://import/{}' },
  v2raytun: { name: 'v2RayTun', link: 'v2raytun://import/{}' },
  v2rayng: { name: 'v2rayNG', link: 'v2rayng://install-sub?url={%}' },
  streisand: { name: 'Streisand', link: 'streisand://import/{}' },
  shadowrocket: { name: 'Shadowrocket', link: 'sub://{64}' },
  nekobox: { name: 'NekoBox', link: 'sn://subscription?url={%}' },
  karing: { name: 'Karing', link: 'karing://install-config?url={%}' },
  flclash: { name: 'FlClash', link: 'flclash://install-config?url={%}' },
  stash: { name: 'Stash', link: 'stash://install-config?url={%}' },
  'clash-verge': { name: 'Clash Verge', link: 'clash-verge://install-config?url={%}' },
  'sing-box': { name: 'sing-box', link: 'sing-box://import-remote-profile?url={%}' },
} as const satisfies Readonly<Record<string, { readonly name: string; readonly link: string }>>;

export type LinkedApp = keyof typeof appLinks;

/** Whether an app of that name takes subscriptions from a link. */
export function isLinkedApp(app: string): app is LinkedApp {
  return Object.hasOwn(appLinks, app);
}

/** The link that hands a subscription to an app. @param address of the subscription */
export function appLink(app: LinkedApp, address: string): string {
  return appLinks[app].link
    .replace('{}', () => address)
    .replace('{%}', () => encodeURIComponent(address))
    .replace('{64}', () => Buffer.from(address).toString('base64'));
}
