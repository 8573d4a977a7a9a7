import type { SubscriptionFormat, SubscriptionView } from './format.ts';
import { mihomoProxy } from './mihomo-proxy.ts';
import { privateNetworks } from './private-networks.ts';
import { nameEntries, type ProfileEntries } from './profile-entries.ts';
import { renderYaml } from './yaml.ts';

/** What mihomo calls its own outbounds. */
const reserved = ['DIRECT', 'REJECT', 'REJECT-DROP', 'PASS', 'PASS-RULE', 'COMPATIBLE', 'GLOBAL', 'DNS'];

/** A complete profile for mihomo and the Clash apps that run on it. */
export const mihomo: SubscriptionFormat = {
  name: 'mihomo',
  contentType: 'text/yaml; charset=utf-8',
  core: 'mihomo',
  render: renderMihomo,
};

function renderMihomo(view: SubscriptionView): string {
  const profile = nameEntries(view, reserved);
  return renderYaml({
    'mixed-port': 7890,
    'allow-lan': false,
    mode: 'rule',
    'log-level': 'warning',
    ipv6: true,
    'unified-delay': true,
    'tcp-concurrent': true,
    profile: { 'store-selected': true, 'store-fake-ip': true },
    // For mihomo on its own; apps put their own switch over it.
    tun: {
      enable: true,
      stack: 'mixed',
      'auto-route': true,
      'auto-detect-interface': true,
      'strict-route': true,
      'dns-hijack': ['any:53', 'tcp://any:53'],
    },
    dns: {
      enable: true,
      ipv6: true,
      'enhanced-mode': 'fake-ip',
      'fake-ip-range': '198.18.0.1/16',
      // Names of the home network, and the questions by which systems decide whether they are online.
      'fake-ip-filter': ['*.lan', '+.local', '+.home.arpa', '+.msftconnecttest.com', '+.msftncsi.com'],
      'default-nameserver': ['1.1.1.1', '8.8.8.8', 'system'],
      nameserver: ['https://1.1.1.1/dns-query', 'https://8.8.8.8/dns-query'],
      // Asked at once, the first answer counts: where DNS over HTTPS is blocked, the network's own still finds the servers.
      'proxy-server-nameserver': ['https://1.1.1.1/dns-query', 'https://8.8.8.8/dns-query', 'system'],
      // Questions of apps go through the tunnel like everything else.
      'respect-rules': true,
    },
    proxies: profile.entries.map(mihomoProxy),
    'proxy-groups': groupsOf(profile),
    rules: [
      'DOMAIN-SUFFIX,local,DIRECT',
      ...privateNetworks.map(
        (network) => `${network.includes(':') ? 'IP-CIDR6' : 'IP-CIDR'},${network},DIRECT,no-resolve`,
      ),
      `MATCH,${profile.group}`,
    ],
  });
}

function groupsOf({ group, fastest, entries }: ProfileEntries): readonly object[] {
  const servers = entries.filter((entry) => !entry.isNotice).map((entry) => entry.name);
  const notices = entries.filter((entry) => entry.isNotice).map((entry) => entry.name);
  // The first one is chosen until the customer chooses: never a notice while there is a server.
  const automatic = servers.length === 0 ? [] : [fastest];
  const choice = { name: group, type: 'select', proxies: [...automatic, ...notices, ...servers, 'DIRECT'] };
  if (servers.length === 0) return [choice];
  const test = { url: 'https://www.gstatic.com/generate_204', interval: 300, tolerance: 50, lazy: true };
  return [choice, { name: fastest, type: 'url-test', proxies: servers, ...test }];
}
