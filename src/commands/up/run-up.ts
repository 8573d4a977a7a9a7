import { join } from 'node:path';
import { claimDirectory } from '../../../test/support/data-directory.ts';
import { vpnPanels } from '../../api/index.ts';
import { type Clock, systemClock, untilAborted } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import { silentLog } from '../../base/log.ts';
import { type KubeClient, loadKubeClient } from '../../kube/index.ts';
import { buildVersion } from '../build.ts';
import { exitCodes, type Host } from '../host.ts';
import { abortOnStopRequest } from '../lifecycle.ts';
import { UsageError } from '../usage-error.ts';
import { startCluster } from './clusters.ts';
import { ControlServer } from './control.ts';
import { createDataDirectory, dataDirectory, type DataDirectory, shortPath } from './data-directory.ts';
import { resolveDataFolder } from './data-option.ts';
import { startDatabase } from './database.ts';
import { startDemoPanels } from './demo-panels.ts';
import { startDemoTelegram } from './demo-telegram.ts';
import { openDemoShop, waitForShop } from './demo-shop.ts';
import { findKubectl, showNextSteps } from './next-steps.ts';
import { runMigrate, startCommand } from './own-commands.ts';
import { PortBook } from './ports.ts';
import { resetData } from './reset.ts';
import { publishRunning, wasKilled, withdrawRunning } from './running.ts';
import {
  panelSamples,
  samplePlans,
  type Sample,
  sampleSubscription,
  shopSamples,
  subscriptionSample,
} from './samples.ts';
import { Screen } from './screen.ts';
import { applyDefinitions, correctPanelUrl, createIfAbsent, ensureNamespace } from './set-up-cluster.ts';
import { runStep, StartedParts } from './shutdown.ts';
import { waitForSubscription } from './wait-for-subscription.ts';

export interface UpSettings {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly databaseUrl: string | undefined;
  readonly data: string | undefined;
  readonly reset: boolean | undefined;
  readonly local: boolean | undefined;
}

/** What a killed run left ends by itself, at the latest when its grace is over. */
const leftoversEndWithinMs = 20_000;
/** Our own namespace in the cluster, as in the chart. */
const systemNamespace = 'wayleave-system';
const definitionsFolder = join(import.meta.dirname, '..', '..', '..', 'crds');

/**
 * Brings everything up, waits for Ctrl-C, and ends everything.
 *
 * @returns the exit code: 0 after an end that was asked for and went well
 */
export async function runUp(host: Host, settings: UpSettings): Promise<number> {
  const clock = systemClock;
  const screen = new Screen(host.stdout, clock, host.env);
  const data = dataDirectory(resolveDataFolder(settings.data));
  const signal = abortOnStopRequest(host, silentLog, clock);
  await createDataDirectory(data);
  const claim = await claimDirectory(data.path);
  const started = new StartedParts();
  let failure: unknown;
  try {
    screen.line(`${screen.style('bold', `Wayleave ${buildVersion}`)}  data in ${shortPath(data.path)}`);
    if (settings.reset === true) await resetData(data, settings, screen);
    await createDataDirectory(data);
    await bringUp({ host, settings, screen, data, clock, signal, started, remember: (pid) => claim.remember(pid) });
    await untilAborted(signal);
  } catch (error) {
    if (!signal.aborted) failure = error;
  }
  if (failure !== undefined) {
    const why = failure instanceof UsageError ? failure.message : describeError(failure);
    screen.line(`\n${screen.style('red', 'It did not come up:')} ${why}`);
  }
  screen.line();
  const wentWell = await started.stop(screen);
  await withdrawRunning(data);
  await claim.release();
  if (failure instanceof UsageError) throw failure;
  screen.line(wentWell ? 'Everything is stopped; the data are kept.' : 'Not everything stopped in order.');
  return failure === undefined && wentWell ? exitCodes.success : exitCodes.failure;
}

interface Run {
  readonly host: Host;
  readonly settings: UpSettings;
  readonly screen: Screen;
  readonly data: DataDirectory;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly started: StartedParts;
  readonly remember: (pid: number) => Promise<void>;
}

async function bringUp(run: Run): Promise<void> {
  const { host, settings, screen, data, clock, signal, started } = run;
  const startedAt = clock.monotonic();
  const step = <T>(title: string, work: Parameters<typeof runStep<T>>[2]): Promise<T> => {
    signal.throwIfAborted();
    return runStep(screen, title, work);
  };
  const ports = await PortBook.open(data.ports, { patienceMs: (await wasKilled(data)) ? leftoversEndWithinMs : 0 });

  const cluster = await step('Kubernetes', async (progress) => {
    const { kubeconfig, context, local = false } = settings;
    const result = await startCluster({ kubeconfig, context, local }, data, host.env, progress);
    started.add('Kubernetes', () => result.stop());
    return { result, say: result.description };
  });
  const database = await step('Postgres', async () => {
    const result = await startDatabase(settings.databaseUrl, data);
    started.add('Postgres', () => result.stop());
    return { result, say: result.description };
  });
  await step('Schema', async () => ({ result: undefined, say: await runMigrate(database.url, host.env) }));

  const client = await loadKubeClient({
    kubeconfig: data.kubeconfig,
    userAgent: `wayleave-up/${buildVersion}`,
    log: silentLog,
  });
  try {
    await step('Definitions', async () => {
      const count = await applyDefinitions(client, definitionsFolder, { clock, signal });
      await cluster.finish();
      await ensureNamespace(client, systemNamespace);
      return { result: undefined, say: `${count} kinds of resources` };
    });
    const panels = await step('Demo panels', async (progress) => {
      const result = await startDemoPanels({ ports, data, progress });
      started.add('Demo panels', () => result.stop());
      return { result, say: result.description };
    });
    const telegram = await step('Telegram', async () => {
      const result = await startDemoTelegram({ data, ports });
      started.add('Telegram', () => result.stop());
      return { result, say: `simulated, with a page to chat on at ${result.url}` };
    });
    await step('Samples', async () => {
      await openDemoShop(database.url);
      const samples = [...panels.addresses.flatMap(panelSamples), ...samplePlans, ...shopSamples(telegram.token)];
      const result = await applySamples(client, [
        ...samples,
        subscriptionSample(sampleSubscription, new Date(clock.now())),
      ]);
      return { result, say: result };
    });

    const publicUrl = `http://127.0.0.1:${await ports.claim('subscriptions', 9080)}`;
    const shared = { data, env: host.env, screen, clock, remember: run.remember };
    const health = {
      operator: `127.0.0.1:${await ports.claim('operator health', 9081)}`,
      subscriptions: `127.0.0.1:${await ports.claim('subscriptions health', 9082)}`,
      bot: `127.0.0.1:${await ports.claim('bot health', 9084)}`,
    };
    await step('Operator', async () => {
      const flags = ['--kubeconfig', data.kubeconfig, '--namespace', systemNamespace, '--public-url', publicUrl];
      const result = await startCommand(
        'operator',
        [...flags, '--health-listen', health.operator],
        database.url,
        shared,
      );
      started.add('Operator', () => result.stop());
      return { result, say: `process ${result.pid}, metrics on http://${health.operator}/metrics` };
    });
    await step('Subscriptions', async () => {
      const listen = publicUrl.slice('http://'.length);
      const flags = ['--listen', listen, '--health-listen', health.subscriptions, '--public-url', publicUrl];
      const result = await startCommand('subscriptions', flags, database.url, shared);
      started.add('Subscriptions', () => result.stop());
      return { result, say: `process ${result.pid}, serving ${publicUrl}` };
    });
    await step('Bot', async () => {
      const listen = `127.0.0.1:${await ports.claim('bot', 9083)}`;
      const flags = ['--kubeconfig', data.kubeconfig, '--namespace', systemNamespace, '--public-url', publicUrl];
      const more = ['--telegram-api-url', telegram.url, '--listen', listen, '--health-listen', health.bot];
      const result = await startCommand('bot', [...flags, ...more], database.url, shared);
      started.add('Bot', () => result.stop());
      return { result, say: `process ${result.pid}, metrics on http://${health.bot}/metrics` };
    });
    const control = await ControlServer.start(panels.switches, data.control);
    started.add('Orders', () => control.close());
    await publishRunning(data, {
      controlSocket: control.socket,
      kubeconfig: data.kubeconfig,
      databaseUrl: database.url,
      publicUrl,
      telegramApiUrl: telegram.url,
      health,
      logs: data.logs,
    });
    const url = await step('Subscription', (progress) =>
      waitForSubscription({
        client,
        databaseUrl: database.url,
        namespace: systemNamespace,
        publicUrl,
        clock,
        signal,
        progress,
      }),
    );
    await step('Shop', (progress) => waitForShop({ client, clock, signal, progress }));
    const kubectl = await findKubectl(host.env, (text) => screen.line(text));
    for (const { name, from, to } of ports.moved) screen.warn(`port ${from} (${name}) is taken now; it moved to ${to}`);
    await showNextSteps({
      screen,
      data,
      url,
      chatUrl: telegram.url,
      kubectl,
      tookMs: clock.monotonic() - startedAt,
      clock,
    });
  } finally {
    await client.close();
  }
}

async function applySamples(client: KubeClient, samples: readonly Sample[]): Promise<string> {
  const made: string[] = [];
  for (const sample of samples) {
    if (await createIfAbsent(client, sample)) made.push(`${sample.object.kind} ${sample.object.metadata.name}`);
    else if (sample.resource === vpnPanels) await correctPanelUrl(client, sample.resource, sample.object);
  }
  return made.length === 0 ? 'all there from an earlier run' : made.join(', ');
}
