import { type OptionSpec, optional, required, withDefault } from './option.ts';
import {
  delayMs,
  durationMs,
  httpUrl,
  integer,
  type ListenAddress,
  listenAddress,
  namespaceName,
  oneOf,
  postgresUrl,
  text,
} from './value-kinds.ts';

/** Settings that several commands share, so that one name means one thing everywhere. */
export const logLevel = withDefault('info', {
  flag: '--log-level <level>',
  variable: 'WAYLEAVE_LOG_LEVEL',
  summary: 'how much to say: debug, info, warn or error',
  kind: oneOf('debug', 'info', 'warn', 'error'),
});

export const logFormat = withDefault('auto', {
  flag: '--log-format <format>',
  variable: 'WAYLEAVE_LOG_FORMAT',
  summary: 'json, pretty, or auto: pretty on a terminal, else JSON lines',
  kind: oneOf('auto', 'json', 'pretty'),
});

const databaseUrlShape = {
  flag: '--database-url <url>',
  variable: 'DATABASE_URL',
  kind: postgresUrl,
  secret: true,
} as const;

export const databaseUrl = required({
  ...databaseUrlShape,
  summary: 'the Postgres (15 or newer) that holds entitlements and credentials',
});

export const maybeDatabaseUrl = optional({
  ...databaseUrlShape,
  summary: 'the Postgres; without it that of a running "wayleave up"',
});

export const databaseConnections = withDefault('10', {
  flag: '--database-connections <count>',
  variable: 'WAYLEAVE_DATABASE_CONNECTIONS',
  summary: 'the most connections that this process opens to Postgres',
  kind: integer(2, 200),
});

export const kubeconfig = optional({
  flag: '--kubeconfig <file>',
  variable: 'KUBECONFIG',
  summary: 'how to reach the cluster; without it ~/.kube/config, or the ServiceAccount inside a pod',
  kind: text,
});

export const namespace = withDefault('wayleave-system', {
  flag: '--namespace <name>',
  variable: 'WAYLEAVE_NAMESPACE',
  summary: "wayleave's own namespace: its Lease and the Secret wayleave-token-key",
  kind: namespaceName,
});

export const watchNamespace = optional({
  flag: '--watch-namespace <name>',
  variable: 'WAYLEAVE_WATCH_NAMESPACE',
  summary: 'serve the resources of this namespace only; without it those of all namespaces',
  kind: namespaceName,
});

const publicUrlShape = {
  flag: '--public-url <url>',
  variable: 'WAYLEAVE_PUBLIC_URL',
  kind: httpUrl,
} as const;

export const publicUrl = required({
  ...publicUrlShape,
  summary: 'where customers reach the subscription service, for example https://sub.example.com',
});

export const maybePublicUrl = optional({
  ...publicUrlShape,
  summary: 'where customers reach the subscription service, for example https://sub.example.com',
});

export function healthListen(fallback: string): OptionSpec<ListenAddress, 'always'> {
  return withDefault(fallback, {
    flag: '--health-listen <address>',
    variable: 'WAYLEAVE_HEALTH_LISTEN',
    summary: 'serves /healthz, /readyz and /metrics',
    kind: listenAddress,
  });
}

export const drainDelay = withDefault('5s', {
  flag: '--drain-delay <duration>',
  variable: 'WAYLEAVE_DRAIN_DELAY',
  summary:
    'after SIGTERM, how long requests are still taken, for balancers that have not heard yet; --drain-timeout follows',
  kind: delayMs,
});

export const drainTimeout = withDefault('25s', {
  flag: '--drain-timeout <duration>',
  variable: 'WAYLEAVE_DRAIN_TIMEOUT',
  summary:
    'after SIGTERM, how long work in hand may take before the process gives up; below the grace period of its pod',
  kind: durationMs,
});
