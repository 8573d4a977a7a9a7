import { clientCores, lockoutOf, type LockoutReason } from '../../formats/client-core.ts';
import type { VlessEndpoint } from '../../formats/endpoint.ts';
import type { PanelInbound } from '../driver.ts';
import { isAtLeast, parseVersion } from './version.ts';

type LockedOut = PanelInbound['lockedOut'];

const remedies: Readonly<Record<LockoutReason, string>> = {
  invalid:
    'no app can use it: its server name or Host is no host name, or its REALITY key or short id is none; mend it on the panel',
  'reality-min-client-ver':
    'REALITY refuses them by minClientVer, which Xray from 26.7.11 on takes to be 26.3.27 when it is empty; 1.0.0 lets them in, at a higher risk of the address being blocked',
  'reality-transport': 'no Xray runs REALITY over this transport; it needs tcp, grpc or xhttp',
  'vless-encryption':
    'sing-box has no VLESS encryption, and mihomo cannot read other than its usual keys; an inbound without it serves them',
  xhttp: 'sing-box has no xhttp; only an inbound with another transport serves them',
  'xhttp-settings':
    'its xhttp settings say something that they cannot; remove downloadSettings and other rare settings, or offer an inbound without them',
  'http-header': "sing-box does not speak tcp's HTTP header inside TLS; only an inbound without it serves them",
  'grpc-service-name':
    'they spell this gRPC service name differently from Xray; use letters, digits, dots, dashes and underscores alone',
  'grpc-authority': 'they cannot send another gRPC authority than the server name; make both equal, or leave it empty',
  path: 'its path is none of a URL; use a slash and letters, digits, dashes and underscores',
  'certificate-pin':
    'sing-box cannot pin a certificate by its hash; a certificate of a public authority, and no pin, serves them',
};

/** Client app families that cannot use an endpoint, with what would mend it. */
export function lockedOutFamilies(endpoint: Pick<VlessEndpoint, 'transport' | 'security' | 'encryption'>): LockedOut {
  const families = new Map<LockoutReason, string[]>();
  for (const core of clientCores) {
    const reason = lockoutOf(endpoint, core);
    if (reason !== undefined) families.set(reason, [...(families.get(reason) ?? []), core]);
  }
  return [...families].map(([reason, cores]) => ({ families: cores, message: remedies[reason] }));
}

/**
 * `minClientVer` of a REALITY inbound as its server enforces it: from 26.7.11 on an empty one means 26.3.27, and mihomo
 * and sing-box call themselves 1.8 (panels.md 6.3).
 */
export function enforcedMinClientVer(minClientVer: string, coreVersion: string): string {
  if (minClientVer !== '') return minClientVer;
  const version = parseVersion(coreVersion);
  return version !== undefined && isAtLeast(version, 26, 7, 11) ? '26.3.27' : '';
}
