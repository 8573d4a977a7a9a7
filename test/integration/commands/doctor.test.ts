import { inject, afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { vpnShops } from '../../../src/api/index.ts';
import { runCommandLine } from '../../../src/commands/program.ts';
import type { Finding } from '../../../src/commands/doctor/finding.ts';
import { secretResource } from '../../support/manifests.ts';
import { freePort } from '../../support/processes.ts';
import { botSecret, vpnShop } from '../../support/shops.ts';
import { startTelegramSimulator, type TelegramSimulator } from '../../support/simulators/telegram/index.ts';
import type { ThreeXuiSimulator } from '../../support/simulators/3x-ui/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { createWorld, type World } from '../../support/world/world.ts';
import { createTokenKeyData } from '../../../src/store/index.ts';
import { scriptedHost } from './scripted-host.ts';

const soon = { timeout: 60_000, interval: 100 };
const password = 'correct-horse-battery';

interface Examined {
  readonly code: number;
  readonly text: string;
  readonly of: (name: string) => string;
}

/** An operator runs, a bot does not. */
describe('wayleave doctor', () => {
  let world: World;
  let nl: ThreeXuiSimulator;
  let telegram: TelegramSimulator;
  beforeAll(async () => {
    world = await createWorld();
    telegram = await startTelegramSimulator();
    nl = await world.addPanel('nl', { password });
    await world.subscription('alice');
    world.startOperator();
    await world.apply(
      secretResource,
      botSecret({ name: 'bot', namespace: world.namespace }, { token: telegram.token }),
    );
    await world.apply(vpnShops, vpnShop({ name: 'main', namespace: world.namespace }, { mode: 'Test' }));
    await vi.waitFor(async () => {
      const all = await Promise.all([world.panel('nl'), world.get('alice')]);
      expect(all.map((one) => stateOf(one))).toEqual(['True/Ready', 'True/Ready']);
    }, soon);
  });
  afterAll(async () => {
    await telegram.stop();
    await world.end();
  });

  async function examine(changes: Readonly<Record<string, string>> = {}): Promise<Examined> {
    const settings: Record<string, string> = {
      '--database-url': world.databaseUrl,
      '--kubeconfig': inject('kubeconfig'),
      '--namespace': world.namespace,
      '--watch-namespace': world.namespace,
      '--telegram-api-url': telegram.apiUrl,
      ...changes,
    };
    const host = scriptedHost(['doctor', '--json', ...Object.entries(settings).flat()]);
    const code = await runCommandLine(host);
    const { findings } = JSON.parse(host.out()) as { readonly findings: readonly Finding[] };
    const of = (name: string): string =>
      findings
        .filter((one) => one.name === name)
        .map(({ verdict }) => verdict)
        .join();
    return { code, text: host.out() + host.err(), of };
  }

  it('finds well what is well, and what is not there', async () => {
    const { namespace } = world;
    const { code, of, text } = await examine();
    const well = ['cluster', 'definitions', 'lease wayleave-operator', 'rights', 'database', 'schema', 'roles'];
    const more = [
      'notifications',
      'connections',
      'outbox',
      'token key',
      `panel ${namespace}/nl`,
      'clock of the cluster',
      'clock of Postgres',
    ];
    expect([...well, ...more].map((name) => [name, of(name)])).toEqual([...well, ...more].map((name) => [name, 'ok']));
    expect([of('lease wayleave-bot'), of(`lease wayleave-shop-${namespace}.main`)]).toEqual(['fail', 'fail']);
    expect([of(`shop ${namespace}/main`), of('subscription service')]).toEqual(['warn', 'skip']);
    expect(code).toBe(1);
    for (const secret of [password, telegram.token, new URL(world.databaseUrl).password])
      expect(text).not.toContain(secret);
  });

  it('names the panel that is down, and looks at everything else', async () => {
    await nl.goOffline();
    await vi.waitFor(async () => {
      expect(stateOf(await world.panel('nl'))).toBe('False/Unreachable');
    }, soon);
    const { of } = await examine();
    expect([of(`panel ${world.namespace}/nl`), of('database'), of('clock of Postgres')]).toEqual(['fail', 'ok', 'ok']);
    await nl.goOnline();
  });

  it('says which token Telegram refuses, and not the token', async () => {
    const { namespace } = world;
    const token = '999999:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQ';
    await world.apply(secretResource, botSecret({ name: 'bot', namespace }, { token }));
    const { of, text } = await examine();
    expect(of(`shop ${namespace}/main`)).toContain('fail');
    expect(text).toContain('refuses the token');
    expect(text).not.toContain(token);
  });

  it('sees a token key that is not the one of the addresses', async () => {
    const secret = await world.client.get<{ metadata: object }>(secretResource, world.namespace, 'wayleave-token-key');
    await world.client.replace(secretResource, { ...secret, data: createTokenKeyData() } as never);
    expect((await examine()).of('token key')).toBe('fail');
    await world.client.replace(secretResource, {
      ...secret,
      metadata: { name: 'wayleave-token-key', namespace: world.namespace },
    } as never);
    expect((await examine()).of('token key')).toBe('ok');
  });

  it('needs nothing that is down: no database, no cluster, no service', async () => {
    const nowhere = `127.0.0.1:${String(await freePort())}`;
    const url = `postgres://anna:${password}@${nowhere}/shop`;
    const without = await examine({ '--database-url': url, '--public-url': `http://${nowhere}` });
    expect([without.of('database'), without.of('schema'), without.of('clock of the cluster')]).toEqual([
      'fail',
      'skip',
      'ok',
    ]);
    expect(without.of(`address http://${nowhere}`)).toBe('fail');
    expect(without.text).not.toContain(password);
    const lost = await examine({ '--kubeconfig': '/nonexistent' });
    expect([lost.of('cluster'), lost.of('panels'), lost.of('database')]).toEqual(['fail', 'skip', 'ok']);
    expect([without.code, lost.code]).toEqual([1, 1]);
  });
});
