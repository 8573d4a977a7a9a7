import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { buildVersion } from './build.ts';
import { defineCommand } from './command.ts';
import { DatabaseWatch } from './database-watch.ts';
import { createFailpoint } from './failpoint.ts';
import { operatorFailpoints } from '../controllers/failpoints.ts';
import { openStoreWhenReady } from './open-store.ts';
import { checkLease, leaseOptions } from './lease-options.ts';
import { databaseConnections, databaseUrl, kubeconfig, namespace, publicUrl, watchNamespace } from './options.ts';
import { runService, serviceOptions } from './service.ts';
import { UsageError } from './usage-error.ts';

/** A panel write may take 8 s, and the lease was renewed up to a retry period ago when it starts. */
const shortestLeaseMs = 12_000;

export const operator = defineCommand({
  name: 'operator',
  summary: 'make every panel agree with the custom resources',
  description:
    'Watches VPNPanel, VPNPlan and VPNSubscription, keeps the clients on every panel as they must be, and writes what it ' +
    'confirmed to Postgres, from which the subscription service answers. Run two or more: one leads by the Lease ' +
    'wayleave-operator, the others wait. Needs a cluster with the custom resource definitions, and a migrated Postgres.',
  options: {
    databaseUrl,
    databaseConnections,
    kubeconfig,
    namespace,
    watchNamespace,
    publicUrl,
    ...leaseOptions,
    ...serviceOptions('0.0.0.0:9081'),
  },
  examples: [
    [
      'DATABASE_URL=postgres://… wayleave operator --public-url https://sub.example.com',
      'In a pod, or on a machine whose kubectl reaches the cluster.',
    ],
    ['wayleave operator --watch-namespace shop-a …', 'For one tenant; give each such operator its own --namespace.'],
  ],
  run: async ({ host, options }) => {
    checkLease(options);
    if (options.leaseDuration < shortestLeaseMs) {
      throw new UsageError(
        '--lease-duration (WAYLEAVE_LEASE_DURATION) must be at least 12s: a write to a panel may take 8 s and starts only if the lease outlives it.',
      );
    }
    return runService(host, 'operator', options, async ({ log, clock, registry, signal, opened }) => {
      const [{ createOperator }, { loadKubeClient }, { openPanel }] = await Promise.all([
        import('../controllers/operator.ts'),
        import('../kube/index.ts'),
        import('../panels/open.ts'),
      ]);
      const databaseWatch = new DatabaseWatch({ clock, log, registry, opened });
      const store = await openStoreWhenReady(
        {
          databaseUrl: options.databaseUrl,
          role: 'operator',
          poolSize: options.databaseConnections,
          applicationName: `wayleave-operator/${buildVersion}`,
          log,
        },
        { clock, signal },
      );
      opened({ name: 'database', close: () => store.close() });
      databaseWatch.follow(store);
      const client = await loadKubeClient({
        ...(options.kubeconfig === undefined ? {} : { kubeconfig: options.kubeconfig }),
        userAgent: `wayleave-operator/${buildVersion}`,
        log,
      });
      opened({ name: 'cluster', close: () => client.close() });
      return createOperator({
        client,
        store,
        openPanel: (connection, driver) => openPanel(connection, driver, { clock, random: Math.random, log }),
        log,
        clock,
        random: Math.random,
        registry,
        namespace: options.namespace,
        ...(options.watchNamespace === undefined ? {} : { watchNamespace: options.watchNamespace }),
        identity: `${hostname()}_${randomUUID()}`,
        version: buildVersion,
        publicUrl: options.publicUrl,
        lease: {
          durationMs: options.leaseDuration,
          renewDeadlineMs: options.renewDeadline,
          retryPeriodMs: options.retryPeriod,
        },
        failpoint: createFailpoint(host.env['WAYLEAVE_FAILPOINT'], operatorFailpoints, log),
      });
    });
  },
});
