import type { CoreInbound } from './core.ts';

export interface CorePorts {
  /** Loopback port of the core's gRPC API. */
  readonly api: number;
}

/** The Xray configuration that a panel writes: its inbounds with the clients that are let in, an API, counters. */
export function coreConfig(inbounds: readonly CoreInbound[], ports: CorePorts = { api: 62_789 }): object {
  return {
    log: { loglevel: 'warning' },
    api: {
      tag: 'api',
      listen: `127.0.0.1:${ports.api}`,
      services: ['HandlerService', 'LoggerService', 'StatsService'],
    },
    inbounds: inbounds.map(inboundConfig),
    // Newer cores refuse private targets without `finalRules`; tests fetch from the loopback.
    outbounds: [{ tag: 'direct', protocol: 'freedom', settings: { finalRules: [{ action: 'allow' }] } }],
    policy: {
      levels: { '0': { statsUserDownlink: true, statsUserUplink: true } },
      system: { statsInboundDownlink: true, statsInboundUplink: true },
    },
    stats: {},
  };
}

/** One inbound of it. The panel's own additions to stream settings, which Xray does not know, are left out. */
export function inboundConfig({ row, clients }: CoreInbound): object {
  const { externalProxy: _links, realitySettings, tlsSettings, ...stream } = row.streamSettings;
  return {
    tag: row.tag,
    listen: row.listen === '' ? null : row.listen,
    port: row.port,
    protocol: row.protocol,
    settings: {
      ...row.settings,
      clients: clients.map(({ id, email, flow }) => ({
        id,
        email,
        ...(flow === undefined || flow === '' ? {} : { flow }),
      })),
    },
    streamSettings: {
      ...stream,
      ...(realitySettings === undefined ? {} : { realitySettings: withoutClientPart(realitySettings) }),
      ...(tlsSettings === undefined ? {} : { tlsSettings: withoutClientPart(tlsSettings) }),
    },
    ...(Object.keys(row.sniffing).length === 0 ? {} : { sniffing: row.sniffing }),
  };
}

/** Without the `settings` in which the panel keeps what only links need, such as REALITY's public key. */
function withoutClientPart(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { settings: _settings, ...server } = value as Record<string, unknown>;
  return server;
}
