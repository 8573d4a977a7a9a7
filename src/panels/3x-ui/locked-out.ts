import type { VlessEndpoint } from '../../formats/endpoint.ts';
import type { PanelInbound } from '../driver.ts';
import { isAtLeast, parseVersion } from './version.ts';

type LockedOut = PanelInbound['lockedOut'];

/** Client app families that cannot use an endpoint, with what would mend it. */
export function lockedOutFamilies(
  { transport, security, encryption }: Pick<VlessEndpoint, 'transport' | 'security' | 'encryption'>,
  coreVersion: string,
): LockedOut {
  const found: { readonly families: readonly string[]; readonly message: string }[] = [];
  if (security.type === 'reality' && security.minClientVer === '' && hasRealityWall(coreVersion)) {
    found.push({
      families: ['mihomo', 'sing-box'],
      message: `REALITY of Xray ${coreVersion} refuses them while minClientVer is empty; 1.0.0 lets them in, at a higher risk of the address being blocked`,
    });
  }
  if (encryption !== 'none') {
    found.push({
      families: ['sing-box'],
      message: 'sing-box has no VLESS encryption; only an inbound without it serves them',
    });
  }
  if (transport.type === 'xhttp') {
    found.push({
      families: ['sing-box'],
      message: 'sing-box has no xhttp; only an inbound with another transport serves them',
    });
  }
  return found;
}

/** From 26.7.11 an empty `minClientVer` means 26.3.27, and mihomo and sing-box call themselves 1.8 (panels.md 6.3). */
function hasRealityWall(coreVersion: string): boolean {
  const version = parseVersion(coreVersion);
  return version !== undefined && isAtLeast(version, 26, 7, 11);
}
