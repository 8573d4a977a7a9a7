import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { leaseResource } from '../../../src/kube/index.ts';
import { startFaultProxy, type FaultProxy } from '../fault-proxy.ts';
import { freePort, waitUntil } from '../processes.ts';
import { startPrometheus, type Prometheus } from '../prometheus.ts';
import { createShopWorld, type ShopWorld } from '../shop-world/shop-world.ts';
import { ensureTool } from '../toolchain.ts';
import { watchProcess, wayleaveProgram, type WatchedProcess } from '../world/child-process.ts';
import type { World } from '../world/world.ts';
import { startOtlpReceiver, type OtlpReceiver } from './otlp-receiver.ts';
import { quickenedRules } from './quickened-rules.ts';

export const commands = ['operator', 'bot', 'subscriptions'] as const;
export type Command = (typeof commands)[number];

/** A shop as people run it, each command a process of its own, and a Prometheus that looks at all of them. */
export interface MonitoredShop {
  readonly shop: ShopWorld;
  readonly prometheus: Prometheus;
  /** Takes the bot's traces. */
  readonly collector: OtlpReceiver;
  /** Between operator and bot on one side, and the API server on the other. */
  readonly api: FaultProxy;
  /** Where phones ask. */
  readonly subscriptionsUrl: string;
  /** Where Telegram delivers. */
  readonly webhookUrl: string;
  /** Keeps the snapshot of the subscription service. */
  readonly snapshots: string;
  process(command: Command): WatchedProcess;
  start(command: Command): void;
  kill(command: Command): Promise<void>;
  end(): Promise<void>;
}

/** Everything runs and is scraped when it resolves. */
export async function startMonitoredShop(): Promise<MonitoredShop> {
  const binary = await ensureTool('prometheus');
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-monitoring-'));
  const [webhook, page, ...health] = await Promise.all(Array.from({ length: 2 + commands.length }, () => freePort()));
  const ports = new Map(commands.map((command, index) => [command, health[index] ?? 0]));
  const webhookUrl = `http://127.0.0.1:${String(webhook)}`;
  const subscriptionsUrl = `http://127.0.0.1:${String(page)}`;
  const api = await startFaultProxy({ kubeconfig: inject('kubeconfig'), directory: folder });
  const running = new Map<Command, WatchedProcess>();
  const settings = (world: World): Readonly<Record<string, string>> => ({
    DATABASE_URL: world.databaseUrl,
    KUBECONFIG: api.kubeconfig,
    WAYLEAVE_NAMESPACE: world.namespace,
    WAYLEAVE_WATCH_NAMESPACE: world.namespace,
    WAYLEAVE_PUBLIC_URL: subscriptionsUrl,
    WAYLEAVE_RETRY_PERIOD: '500ms',
    WAYLEAVE_LOG_FORMAT: 'json',
    // Nobody balances load here who would have to hear that one ends.
    WAYLEAVE_DRAIN_DELAY: '1ms',
  });
  const own: Readonly<Record<Command, Readonly<Record<string, string>>>> = {
    operator: {},
    bot: { WAYLEAVE_LISTEN: `127.0.0.1:${String(webhook)}` },
    subscriptions: {
      WAYLEAVE_LISTEN: `127.0.0.1:${String(page)}`,
      WAYLEAVE_SNAPSHOT_FILE: path.join(folder, 'snapshots', 'memory'),
      WAYLEAVE_SNAPSHOT_KEY: randomBytes(32).toString('base64'),
    },
  };
  const start = (command: Command, world: World, more: Readonly<Record<string, string>> = {}): void => {
    const WAYLEAVE_HEALTH_LISTEN = `127.0.0.1:${String(ports.get(command))}`;
    const program = wayleaveProgram(command, { ...settings(world), ...own[command], ...more, WAYLEAVE_HEALTH_LISTEN });
    running.set(command, watchProcess(program));
  };
  const shop = await createShopWorld({ updates: 'Webhook', webhookUrl }, (world) => {
    start('operator', world);
  });
  const { world, telegram } = shop;
  const collector = await startOtlpReceiver();
  const toSimulators = { WAYLEAVE_TELEGRAM_API_URL: telegram.apiUrl, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const snapshots = path.join(folder, 'snapshots');
  await mkdir(snapshots);
  const prometheus = await startPrometheus({
    binary,
    targets: Array.from(ports, ([name, port]) => ({ name, port })),
    groups: quickenedRules(),
    namespace: world.namespace,
  });
  const monitored: MonitoredShop = {
    shop,
    prometheus,
    collector,
    api,
    subscriptionsUrl,
    webhookUrl,
    snapshots,
    process(command) {
      const found = running.get(command);
      if (found === undefined) throw new Error(`${command} does not run`);
      return found;
    },
    start: (command) => {
      start(command, world, command === 'bot' ? toSimulators : {});
    },
    async kill(command) {
      await running.get(command)?.stop('SIGKILL');
      running.delete(command);
      // What time does to the Lease of a process that was killed, without waiting for it.
      const lease = `wayleave-${command}`;
      if (command !== 'subscriptions') await world.client.delete(leaseResource, world.namespace, lease);
    },
    async end() {
      await prometheus.stop();
      await Promise.all(Array.from(running.values(), (process) => process.stop('SIGKILL')));
      await collector.stop();
      await shop.end();
      await api.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  monitored.start('bot');
  monitored.start('subscriptions');
  const isScraped = async (): Promise<boolean> => (await prometheus.query('up == 1')).length === commands.length;
  const logs = (): string =>
    Array.from(running, ([name, command]) => `${name}:\n${command.log().slice(-2000)}`).join('\n');
  await waitUntil('every process is scraped', isScraped, { timeoutMs: 120_000, intervalMs: 250 }).catch(
    (cause: unknown) => {
      throw new Error(`not every process is scraped; they said\n${logs()}`, { cause });
    },
  );
  return monitored;
}
