import { buildVersion } from './build.ts';
import { defineCommand } from './command.ts';
import { DatabaseWatch } from './database-watch.ts';
import { openStoreInBackground, openStoreWhenReady } from './open-store.ts';
import { optional, withDefault } from './option.ts';
import { databaseConnections, databaseUrl, drainDelay, maybePublicUrl } from './options.ts';
import { runService, serviceOptions } from './service.ts';
import { UsageError } from './usage-error.ts';
import { httpUrl, integer, key32, listenAddress, networks, postgresUrl, text } from './value-kinds.ts';

const profile = {
  title: withDefault('VPN', {
    flag: '--title <text>',
    variable: 'WAYLEAVE_TITLE',
    summary: 'what apps call a subscription that has no title of its own',
    kind: text,
  }),
  updateInterval: withDefault('12', {
    flag: '--update-interval <hours>',
    variable: 'WAYLEAVE_UPDATE_INTERVAL',
    summary: 'how often apps should come back, in hours',
    kind: integer(1, 720),
  }),
  webPageUrl: optional({
    flag: '--web-page-url <url>',
    variable: 'WAYLEAVE_WEB_PAGE_URL',
    summary: "the seller's page, which apps link to; without it the customer's own, if --public-url is given",
    kind: httpUrl,
  }),
  supportUrl: optional({
    flag: '--support-url <url>',
    variable: 'WAYLEAVE_SUPPORT_URL',
    summary: 'where customers ask for help, for example https://t.me/example',
    kind: httpUrl,
  }),
};

export const subscriptions = defineCommand({
  name: 'subscriptions',
  summary: 'serve subscription links to phones',
  description:
    'Answers GET /sub/<token> from Postgres and its own memory. It never speaks to a panel or to the Kubernetes API, so ' +
    'neither being down changes what a phone gets; with Postgres down it goes on answering whom it has answered before. ' +
    'What the flags say about titles and addresses is for subscriptions without a shop: a VPNShop has its own. ' +
    'Stateless: run as many as you like behind a load balancer.',
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
    listen: withDefault('0.0.0.0:9080', {
      flag: '--listen <address>',
      variable: 'WAYLEAVE_LISTEN',
      summary: 'where phones reach it; put TLS in front',
      kind: listenAddress,
    }),
    trustedProxies: optional({
      flag: '--trusted-proxies <networks>',
      variable: 'WAYLEAVE_TRUSTED_PROXIES',
      summary: 'proxies whose X-Forwarded-For is believed, for example 10.0.0.0/8,192.0.2.1',
      kind: networks,
    }),
    snapshotFile: optional({
      flag: '--snapshot-file <path>',
      variable: 'WAYLEAVE_SNAPSHOT_FILE',
      summary:
        'keep what is in memory there too, encrypted under WAYLEAVE_SNAPSHOT_KEY, so that a restart while Postgres is away answers',
      kind: text,
    }),
    snapshotKey: optional({
      variable: 'WAYLEAVE_SNAPSHOT_KEY',
      summary: 'the key of --snapshot-file: 32 bytes in base64, the same at every start',
      kind: key32,
      secret: true,
    }),
    publicUrl: maybePublicUrl,
    ...profile,
    drainDelay,
    ...serviceOptions('0.0.0.0:9082'),
  },
  examples: [
    ['DATABASE_URL=postgres://… wayleave subscriptions', 'On port 9080 of every interface, behind your TLS proxy.'],
    [
      'wayleave subscriptions --listen 127.0.0.1:9080 --trusted-proxies 127.0.0.1 …',
      'For a proxy on the same machine.',
    ],
  ],
  run: ({ host, options }) =>
    runService(host, 'subscriptions', options, async ({ log, clock, registry, signal, opened }) => {
      const { serveFromStore } = await import('../subscriptions/index.ts');
      const databaseWatch = new DatabaseWatch({ clock, log, registry, opened });
      const { databaseUrl: url, publicUrl, webPageUrl, supportUrl } = options;
      const snapshot = snapshotOf(options.snapshotFile, options.snapshotKey);
      const access = {
        databaseUrl: url,
        role: 'subscriptions',
        poolSize: options.databaseConnections,
        applicationName: `wayleave-subscriptions/${buildVersion}`,
        log,
      } as const;
      // With a snapshot there may be something to serve before there is a database.
      const late = snapshot && openStoreInBackground(access, { clock, signal });
      const store = late ?? (await openStoreWhenReady(access, { clock, signal }));
      opened({ name: 'database', close: () => store.close() });
      databaseWatch.follow(store);
      return serveFromStore({
        store,
        ...(snapshot && { snapshot }),
        ...(late && { untilUsable: (documents: number) => (documents > 0 ? Promise.resolve() : late.opened) }),
        databaseUrl: options.directDatabaseUrl ?? url,
        listen: options.listen,
        trustedProxies: options.trustedProxies ?? [],
        profile: {
          title: options.title,
          updateIntervalHours: options.updateInterval,
          ...(publicUrl === undefined ? {} : { publicUrls: [publicUrl] }),
          ...(webPageUrl === undefined ? {} : { webPageUrl }),
          ...(supportUrl === undefined ? {} : { supportUrl }),
        },
        log,
        clock,
        random: Math.random,
        registry,
      });
    }),
});

/** @throws UsageError when one is given without the other */
function snapshotOf(
  file: string | undefined,
  key: Buffer | undefined,
): { readonly file: string; readonly key: Buffer } | undefined {
  if (file !== undefined && key !== undefined) return { file, key };
  if (file !== undefined) {
    throw new UsageError(
      '--snapshot-file (WAYLEAVE_SNAPSHOT_FILE) needs WAYLEAVE_SNAPSHOT_KEY: what it holds are keys.',
    );
  }
  return undefined;
}
