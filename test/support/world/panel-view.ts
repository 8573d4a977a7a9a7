import type { ThreeXuiSimulator } from '../simulators/3x-ui/index.ts';

export interface ViewedClient {
  readonly email: string;
  readonly uuid: string;
  readonly enable: boolean;
  readonly flow: string;
  readonly expiryTime: number;
  /** Tags, sorted. */
  readonly inbounds: readonly string[];
}

/** Our clients as the inbounds of a panel hold them, whatever its generation: one per e-mail. */
export function clientsOf(panel: ThreeXuiSimulator): ViewedClient[] {
  const found = new Map<string, ViewedClient & { inbounds: string[] }>();
  for (const { tag, settings } of panel.state.inbounds) {
    for (const { email = '', id = '', enable = false, flow = '', expiryTime = 0 } of settings.clients ?? []) {
      const logical = email.replace(/-in\d+$/, '');
      if (!/^wl-[a-z0-9]+(-g\d+)?$/.test(logical) || logical.startsWith('wl-placeholder')) continue;
      const known = found.get(logical);
      if (known === undefined)
        found.set(logical, { email: logical, uuid: id, enable, flow, expiryTime, inbounds: [tag] });
      else known.inbounds.push(tag);
    }
  }
  return [...found.values()].toSorted((a, b) => (a.email < b.email ? -1 : 1));
}
