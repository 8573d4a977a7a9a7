import { readFile, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { parseTarGzip } from 'nanotar';
import { inject, afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { vpnShops } from '../../../src/api/index.ts';
import { runCommandLine } from '../../../src/commands/program.ts';
import { ensureShop, seeCustomer } from '../../../src/ledger/index.ts';
import { openStore } from '../../../src/store/index.ts';
import { silentLog } from '../../../src/base/log.ts';
import { secretResource } from '../../support/manifests.ts';
import { freePort } from '../../support/processes.ts';
import { pretendUp } from '../../support/running-up.ts';
import { botSecret, providerSecret, vpnShop } from '../../support/shops.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { clientsOf } from '../../support/world/panel-view.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import { scriptedHost } from './scripted-host.ts';

const soon = { timeout: 60_000, interval: 100 };

/** What must not be in a bundle, planted wherever a bundle is made of something. */
const planted = {
  panelPassword: 'tr0ub4dor&3horse',
  botToken: '7123456789:AAF_planted-token-0123456789abcdefgh',
  cardNumber: '2200 7001 1234 5678',
  customerName: 'Annegret Plantedova',
  telegramId: 5_512_345_678,
  userName: 'annegret_planted',
  subscription: 'annegret-plantedova',
  title: 'Annegrets eigener Zugang',
  label: 'planted-label-value',
  basePath: 'plantedBasePath77',
  address: 'PlantedTokenAbCdEfGh0123456789ab',
  clientUuid: randomUUID(),
} as const;

describe('wayleave support-bundle', () => {
  const cleanups: (() => Promise<void>)[] = [];
  let world: World;
  let files: ReadonlyMap<string, string>;
  let secrets: readonly string[];

  beforeAll(async () => {
    world = await createWorld();
    cleanups.push(() => world.end());
    const panel = await world.addPanel('nl', {
      password: planted.panelPassword,
      basePath: `/${planted.basePath}/`,
      labels: { planted: planted.label },
    });
    await sellTo();
    const { namespace } = world;
    await world.apply(secretResource, botSecret({ name: 'bot', namespace }, { token: planted.botToken }));
    await world.apply(
      secretResource,
      providerSecret({ name: 'card', namespace }, { instructions: planted.cardNumber }),
    );
    await world.apply(vpnShops, vpnShop({ name: 'main', namespace }, { mode: 'Test' }));
    await world.subscription(planted.subscription, { title: { default: planted.title }, writeConnectionSecret: true });
    // Not well, so that the bundle shows it.
    await world.subscription('planted-second', { suspended: true, title: { default: planted.title } });
    world.startOperator();
    await vi.waitFor(async () => {
      expect(stateOf(await world.get(planted.subscription))).toBe('True/Ready');
      expect(stateOf(await world.get('planted-second'))).toBe('False/Suspended');
    }, soon);
    const connection = await world.client.get<{ data: { url: string } }>(
      secretResource,
      namespace,
      `${planted.subscription}-connection`,
    );
    const tokenKey = await world.client.get<{ data: Record<string, string> }>(
      secretResource,
      namespace,
      'wayleave-token-key',
    );
    secrets = [
      ...Object.values(planted).map(String),
      panel.token,
      new URL(world.databaseUrl).password,
      Buffer.from(connection.data.url, 'base64').toString('utf8'),
      tokenKey.data['k1'] ?? 'no key',
      ...clientsOf(panel).map(({ uuid }) => uuid),
      'planted-second',
    ].filter((secret) => secret !== '');
    files = await bundle();
  });
  afterAll(async () => {
    for (const cleanup of cleanups.toReversed()) await cleanup();
  });

  async function sellTo(): Promise<void> {
    const store = await openStore({
      databaseUrl: world.databaseUrl,
      role: 'bot',
      log: silentLog,
      applicationName: 'test',
    });
    const shop = await ensureShop(store, { namespace: world.namespace, name: 'main', mode: 'test' });
    const { telegramId, customerName, userName } = planted;
    await seeCustomer(store, shop.id, { telegramId, name: customerName, userName, language: 'en' });
    await store.close();
  }

  /** As beside a "wayleave up", whose logs hold what a careless line could have. */
  async function bundle(): Promise<ReadonlyMap<string, string>> {
    const line = {
      level: 'error',
      msg: `a message to ${String(planted.telegramId)} could not be sent with ${planted.botToken}`,
      err: { message: `no answer at https://admin:${planted.panelPassword}@127.0.0.1:1/${planted.basePath}/` },
      customer: planted.customerName,
      userName: planted.userName,
      uuid: planted.clientUuid,
      subscription: `${world.namespace}/${planted.subscription}`,
      card: planted.cardNumber,
    };
    const crash = `Error: GET /sub/${planted.address} of ${planted.clientUuid}, chat ${String(planted.telegramId)}`;
    const nobody = `127.0.0.1:${String(await freePort())}`;
    const folder = await pretendUp(
      {
        kubeconfig: inject('kubeconfig'),
        databaseUrl: world.databaseUrl,
        publicUrl: `http://${nobody}`,
        telegramApiUrl: `http://${nobody}`,
        health: { operator: nobody, subscriptions: nobody, bot: nobody },
      },
      { operator: `${JSON.stringify(line)}\n${crash}\n`, subscriptions: '', bot: JSON.stringify(line) },
    );
    cleanups.push(() => rm(folder, { recursive: true }));
    const output = path.join(folder, 'bundle.tar.gz');
    const where = ['--namespace', world.namespace, '--watch-namespace', world.namespace];
    const host = scriptedHost(['support-bundle', '--data', folder, '--output', output, ...where]);
    expect([await runCommandLine(host), host.err()]).toEqual([0, '']);
    const entries = await parseTarGzip(await readFile(output));
    return new Map(entries.map(({ name, text }) => [name.replace(/^[^/]+\//, ''), text]));
  }

  it('holds what helps, and says what was out of reach', () => {
    for (const name of [
      'doctor.txt',
      'status.json',
      'resources/vpnpanels.json',
      'resources/vpnshops.json',
      'cluster/leases.json',
      'cluster/events.json',
      'logs/operator.log',
    ]) {
      expect(files.get(name)?.length, name).toBeGreaterThan(10);
    }
    expect(files.get('doctor.txt')).toContain(`panel ${world.namespace}/nl`);
    expect(files.get('resources/vpnpanels.json')).toContain('http://127.0.0.1:');
    expect(files.get('resources/vpnsubscriptions-unwell.json')).toContain('Suspended');
    expect(files.get('logs/operator.log')).toContain('could not be sent');
    expect(files.get('not-gathered.txt')).toContain('metrics of operator');
  });

  it('holds none of what was planted: no credential, no address, nobody', () => {
    expect(secrets.length).toBeGreaterThan(15);
    for (const secret of secrets) {
      const leaks = [...files].filter(([, text]) => text.includes(secret)).map(([name]) => name);
      expect(leaks, secret).toEqual([]);
    }
  });

  it('is readable by its owner alone, and is never written over something', async () => {
    const host = scriptedHost([
      'support-bundle',
      '--data',
      '/nonexistent',
      '--output',
      path.join(import.meta.dirname, 'scripted-host.ts'),
    ]);
    expect(await runCommandLine(host)).toBe(1);
    expect(host.err()).toContain('EEXIST');
  });
});
