import type { SubscriptionFormat, SubscriptionView } from './format.ts';
import { nameEntries, type ProfileEntries } from './profile-entries.ts';
import { singBoxOutbound } from './sing-box-outbound.ts';

const contentType = 'application/json; charset=utf-8';

/** A complete profile in the schema of sing-box 1.12 and later. */
export const singBox: SubscriptionFormat = {
  name: 'sing-box',
  contentType,
  core: 'sing-box',
  render: (view) => renderSingBox(view, 'current'),
};

/** The same for sing-box 1.11: DNS servers are addresses there. */
export const singBoxLegacy: SubscriptionFormat = {
  name: 'sing-box-legacy',
  contentType,
  core: 'sing-box',
  render: (view) => renderSingBox(view, 'legacy'),
};

type Schema = 'current' | 'legacy';

function renderSingBox(view: SubscriptionView, schema: Schema): string {
  const profile = nameEntries(view, ['direct', 'block', 'dns']);
  return JSON.stringify({
    log: { level: 'warn' },
    dns: schema === 'current' ? currentDns(profile.group) : legacyDns(profile.group),
    inbounds: [
      {
        type: 'tun',
        tag: 'tun',
        address: ['172.19.0.1/30', 'fdfe:dcba:9876::1/126'],
        auto_route: true,
        strict_route: true,
      },
      { type: 'mixed', tag: 'mixed', listen: '127.0.0.1', listen_port: 2080 },
    ],
    outbounds: outboundsOf(profile),
    route: {
      rules: [
        { action: 'sniff' },
        { protocol: 'dns', action: 'hijack-dns' },
        // Needs no geo files; the names of the home network are answered by its own DNS and end up here.
        { ip_is_private: true, action: 'route', outbound: 'direct' },
      ],
      final: profile.group,
      auto_detect_interface: true,
      ...(schema === 'current' ? { default_domain_resolver: 'local' } : {}),
    },
    experimental: { cache_file: { enabled: true } },
  });
}

/** Apps' questions go through the tunnel; the servers' own names are found by the system's DNS, which is never blocked. */
function currentDns(group: string): object {
  return {
    servers: [
      { type: 'https', tag: 'remote', server: '1.1.1.1', detour: group },
      { type: 'local', tag: 'local' },
    ],
    rules: [{ domain_suffix: ['local', 'lan', 'home.arpa'], action: 'route', server: 'local' }],
    final: 'remote',
  };
}

function legacyDns(group: string): object {
  return {
    servers: [
      { tag: 'remote', address: 'https://1.1.1.1/dns-query', detour: group },
      { tag: 'local', address: 'local', detour: 'direct' },
    ],
    rules: [
      { outbound: 'any', action: 'route', server: 'local' },
      { domain_suffix: ['local', 'lan', 'home.arpa'], action: 'route', server: 'local' },
    ],
    final: 'remote',
  };
}

function outboundsOf({ group, fastest, entries }: ProfileEntries): readonly object[] {
  const servers = entries.filter((entry) => !entry.isNotice).map((entry) => entry.name);
  const notices = entries.filter((entry) => entry.isNotice).map((entry) => entry.name);
  // The first one is chosen until the customer chooses: never a notice while there is a server.
  const automatic = servers.length === 0 ? [] : [fastest];
  const test = { url: 'https://www.gstatic.com/generate_204', interval: '5m' };
  return [
    { type: 'selector', tag: group, outbounds: [...automatic, ...notices, ...servers, 'direct'] },
    ...automatic.map((tag) => ({ type: 'urltest', tag, outbounds: servers, ...test })),
    ...entries.map(singBoxOutbound),
    { type: 'direct', tag: 'direct' },
  ];
}
