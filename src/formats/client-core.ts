import type { VlessEndpoint } from './endpoint.ts';

/** What speaks VLESS inside a client app: Xray, mihomo (Clash Meta) or sing-box. */
export const clientCores = ['xray', 'mihomo', 'sing-box'] as const;
export type ClientCore = (typeof clientCores)[number];

export const lockoutReasons = ['reality-min-client-ver', 'vless-encryption', 'xhttp', 'http-header'] as const;

/** Why a core cannot use an endpoint: a label of metrics. */
export type LockoutReason = (typeof lockoutReasons)[number];

/** Core versions that these clients tell a REALITY server, whatever their own are (panels.md 6.3). */
const realityVersions: Readonly<Partial<Record<ClientCore, string>>> = { mihomo: '1.8.2', 'sing-box': '1.8.1' };

/**
 * Why apps with this core cannot use an endpoint.
 *
 * @param endpoint its `minClientVer` as the server enforces it
 * @returns undefined where they can
 */
export function lockoutOf(
  { transport, security, encryption }: Pick<VlessEndpoint, 'transport' | 'security' | 'encryption'>,
  core: ClientCore,
): LockoutReason | undefined {
  const told = realityVersions[core];
  if (told !== undefined && security.type === 'reality' && isNewer(security.minClientVer, told)) {
    return 'reality-min-client-ver';
  }
  if (core !== 'sing-box') return undefined;
  if (encryption !== 'none' && encryption !== '') return 'vless-encryption';
  if (transport.type === 'xhttp') return 'xhttp';
  return transport.type === 'tcp' && transport.httpHeader !== undefined ? 'http-header' : undefined;
}

/** Compares "26.3.27" with "1.8.2" by numbers; an empty or unreadable one demands nothing. */
function isNewer(demanded: string, told: string): boolean {
  const [a, b] = [demanded, told].map((version) => version.split('.').map(Number));
  if (a === undefined || b === undefined || a.some(Number.isNaN)) return false;
  for (let at = 0; at < 3; at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
