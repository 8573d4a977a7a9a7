import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { vpnPlans, vpnShops, vpnPanels } from '../../../src/api/index.ts';
import { runCommandLine } from '../../../src/commands/program.ts';
import { panelSecret, secretResource, vpnPanel, vpnPlan } from '../../support/manifests.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import { botSecret, vpnShop } from '../../support/shops.ts';
import { startTelegramSimulator } from '../../support/simulators/telegram/index.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import { execute } from '../store/support.ts';
import { readValues, shapeOf } from './scrape.ts';
import { scriptedHost } from './scripted-host.ts';

/** Runs a command as a person would, until the test is over. @returns its page of metrics, once it serves one */
async function running(command: string, flags: readonly string[], databaseUrl: string): Promise<() => Promise<string>> {
  const health = `127.0.0.1:${await freePort()}`;
  const common = ['--health-listen', health, '--log-level', 'error', '--drain-timeout', '10s'];
  const host = scriptedHost([command, ...common, ...flags], { DATABASE_URL: databaseUrl, WAYLEAVE_DRAIN_DELAY: '0s' });
  const ended = runCommandLine(host);
  onTestFinished(async () => {
    host.send('SIGTERM');
    expect(await ended).toBe(0);
  });
  return async () => {
    try {
      return await (await fetch(`http://${health}/metrics`)).text();
    } catch (error) {
      if (error instanceof TypeError) return '';
      throw error;
    }
  };
}

/** The first page on which everything is that the command has begun with. */
async function firstWith(scrape: () => Promise<string>, ...series: readonly string[]): Promise<string> {
  let page = '';
  await waitUntil(`${series.join(', ')} are told`, async () => {
    page = await scrape();
    return series.every((one) => page.includes(one));
  });
  return page;
}

async function openWorld(): Promise<World> {
  const world = await createWorld();
  onTestFinished(() => world.end());
  return world;
}

function inCluster({ namespace }: World): string[] {
  const cluster = ['--kubeconfig', inject('kubeconfig'), '--namespace', namespace, '--watch-namespace', namespace];
  return [...cluster, '--public-url', 'http://127.0.0.1:8080', '--retry-period', '500ms'];
}

async function runBot(world: World): Promise<() => Promise<string>> {
  const { namespace, databaseUrl } = world;
  const telegram = await startTelegramSimulator();
  onTestFinished(() => telegram.stop());
  await world.apply(secretResource, botSecret({ name: 'bot', namespace }, { token: telegram.token }));
  await world.apply(vpnPlans, vpnPlan({ name: 'month', namespace }, { prices: [{ currency: 'XTR', amount: '150' }] }));
  await world.apply(
    vpnShops,
    vpnShop({ name: 'main', namespace }, { mode: 'Test', bot: { tokenSecretRef: { name: 'bot' } } }),
  );
  const flags = [...inCluster(world), '--listen', '127.0.0.1:0', '--telegram-api-url', telegram.apiUrl];
  return running('bot', flags, databaseUrl);
}

/** Nobody reaches the database until the test is over. */
async function cutOff(databaseUrl: string): Promise<void> {
  const url = new URL(databaseUrl);
  const database = url.pathname.slice(1);
  url.pathname = '/postgres';
  const allow = (allowed: boolean): Promise<void> =>
    execute(url.href, `alter database ${database} with allow_connections ${String(allowed)}`);
  await allow(false);
  onTestFinished(() => allow(true));
  await execute(url.href, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`);
}

describe('what Prometheus is told from the start', () => {
  it('by the bot, with a shop that it leads', async () => {
    const world = await openWorld();
    const scrape = await runBot(world);
    const page = await firstWith(scrape, 'wayleave_queue_length{', 'task="expire-orders"', 'unprovisioned_seconds{');
    const shape = shapeOf(page, new Map([[world.namespace, 'NAMESPACE']]));
    await expect(shape).toMatchFileSnapshot('metrics/bot.txt');
    const values = readValues(page);
    expect(values.get('wayleave_charges_total{provider="stars",disposition="orphan"}')).toBe(0);
    expect(values.get(`wayleave_paid_unprovisioned_seconds{shop="${world.namespace}/main"}`)).toBe(0);
  });

  it('by the operator, once it leads, with a panel', async () => {
    const world = await openWorld();
    const { namespace, databaseUrl } = world;
    await world.apply(secretResource, panelSecret({ name: 'nl', namespace }, { token: 'nobody listens there' }));
    await world.apply(vpnPanels, vpnPanel({ name: 'nl', namespace }, { url: 'http://127.0.0.1:1' }));
    const scrape = await running('operator', inCluster(world), databaseUrl);
    const last = 'controller_runtime_max_concurrent_reconciles{controller="vpnsubscription"}';
    const page = await firstWith(scrape, 'wayleave_panel_reachable{', last);
    const shape = shapeOf(page, new Map([[namespace, 'NAMESPACE']]));
    await expect(shape).toMatchFileSnapshot('metrics/operator.txt');
  });

  it('by the subscription service', async () => {
    const world = await openWorld();
    const scrape = await running('subscriptions', ['--listen', '127.0.0.1:0'], world.databaseUrl);
    const page = await firstWith(scrape, 'wayleave_sub_requests_total{');
    await expect(shapeOf(page, new Map())).toMatchFileSnapshot('metrics/subscriptions.txt');
  });

  it('and not less when the database is away', async () => {
    const world = await openWorld();
    const scrape = await runBot(world);
    const before = await firstWith(scrape, 'wayleave_queue_length{', 'unprovisioned_seconds{');
    await cutOff(world.databaseUrl);
    const shape = (page: string): string => shapeOf(page, new Map([[world.namespace, 'NAMESPACE']]));
    expect(shape(await scrape())).toBe(shape(before));
  });
});
