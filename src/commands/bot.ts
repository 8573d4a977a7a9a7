import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { buildVersion } from './build.ts';
import { defineCommand } from './command.ts';
import { DatabaseWatch } from './database-watch.ts';
import { createFailpoint } from './failpoint.ts';
import { botProcessFailpoints } from './bot/failpoints.ts';
import { checkLease, leaseOptions } from './lease-options.ts';
import { openStoreWhenReady } from './open-store.ts';
import { optional, withDefault } from './option.ts';
import {
  databaseConnections,
  databaseUrl,
  drainDelay,
  kubeconfig,
  namespace,
  publicUrl,
  watchNamespace,
} from './options.ts';
import { runService, serviceOptions } from './service.ts';
import { httpUrl, listenAddress, postgresUrl } from './value-kinds.ts';

export const bot = defineCommand({
  name: 'bot',
  summary: 'sell: run the Telegram bot of every VPNShop',
  description:
    'Talks to customers, turns payments into entitlements in Postgres, and projects those into VPNSubscription resources. ' +
    'Run two or more: all of them answer webhooks and work off what waits; for each shop one of them, by a Lease, polls ' +
    'Telegram and does what must be done once. Needs a cluster with the custom resource definitions, a migrated Postgres, ' +
    'and a VPNShop with the token of a bot.',
  options: {
    databaseUrl,
    databaseConnections,
    directDatabaseUrl: optional({
      flag: '--direct-database-url <url>',
      variable: 'DATABASE_DIRECT_URL',
      summary: 'where --database-url is a pooler: Postgres itself, because notifications do not pass a pooler',
      kind: postgresUrl,
      secret: true,
    }),
    kubeconfig,
    namespace,
    watchNamespace,
    publicUrl,
    listen: withDefault('0.0.0.0:9083', {
      flag: '--listen <address>',
      variable: 'WAYLEAVE_LISTEN',
      summary: 'where Telegram reaches the webhooks of shops that use them; put TLS in front',
      kind: listenAddress,
    }),
    telegramApiUrl: withDefault('https://api.telegram.org', {
      flag: '--telegram-api-url <url>',
      variable: 'WAYLEAVE_TELEGRAM_API_URL',
      summary: 'the Bot API; a simulator on the loopback serves shops for test money only',
      kind: httpUrl,
    }),
    ...leaseOptions,
    drainDelay,
    ...serviceOptions('0.0.0.0:9084'),
  },
  examples: [
    [
      'DATABASE_URL=postgres://… wayleave bot --public-url https://sub.example.com',
      'In a pod, or on a machine whose kubectl reaches the cluster.',
    ],
    ['wayleave bot --watch-namespace shop-a …', 'For one tenant; give each such bot its own --namespace.'],
  ],
  run: async ({ host, options }) => {
    checkLease(options);
    return runService(host, 'bot', options, async ({ log, clock, registry, signal, opened }) => {
      const [{ createBotService }, { loadKubeClient }, { openTracing }] = await Promise.all([
        import('./bot/service.ts'),
        import('../kube/index.ts'),
        import('../telemetry/traces/open.ts'),
      ]);
      const tracing = await openTracing({
        env: host.env,
        service: 'wayleave-bot',
        version: buildVersion,
        registry,
        clock,
        log,
      });
      opened({ name: 'traces', close: () => tracing.close() });
      const databaseWatch = new DatabaseWatch({ clock, log, registry, opened });
      const store = await openStoreWhenReady(
        {
          databaseUrl: options.databaseUrl,
          role: 'bot',
          poolSize: options.databaseConnections,
          applicationName: `wayleave-bot/${buildVersion}`,
          log,
        },
        { clock, signal },
      );
      opened({ name: 'database', close: () => store.close() });
      databaseWatch.follow(store);
      const client = await loadKubeClient({
        ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
        userAgent: `wayleave-bot/${buildVersion}`,
        log,
      });
      opened({ name: 'cluster', close: () => client.close() });
      return createBotService({
        client,
        store,
        listenDatabaseUrl: options.directDatabaseUrl ?? options.databaseUrl,
        log,
        clock,
        random: Math.random,
        registry,
        namespace: options.namespace,
        watchNamespace: options.watchNamespace,
        identity: `${hostname()}_${randomUUID()}`,
        version: buildVersion,
        publicUrl: options.publicUrl,
        listen: options.listen,
        telegramApiUrl: options.telegramApiUrl,
        lease: {
          leaseDurationMs: options.leaseDuration,
          renewDeadlineMs: options.renewDeadline,
          retryPeriodMs: options.retryPeriod,
        },
        failpoint: createFailpoint(host.env['WAYLEAVE_FAILPOINT'], botProcessFailpoints, log),
        tracer: tracing.tracer,
      });
    });
  },
});
