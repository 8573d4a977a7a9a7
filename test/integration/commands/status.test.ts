import { inject, expect, it, onTestFinished, vi } from 'vitest';
import { runCommandLine } from '../../../src/commands/program.ts';
import type { StatusFacts } from '../../../src/commands/status/facts.ts';
import { ensureShop, pauseRefundsByPerson } from '../../../src/ledger/index.ts';
import { stateOf } from '../../support/world/conditions.ts';
import { createWorld } from '../../support/world/world.ts';
import { scriptedHost } from './scripted-host.ts';

const soon = { timeout: 60_000, interval: 100 };

it('shows who leads in which version, and how subscriptions, panels and shops stand', async () => {
  const world = await createWorld();
  onTestFinished(() => world.end());
  const { namespace, databaseUrl, store } = world;
  await world.addPanel('nl');
  await world.subscription('alice');
  await world.subscription('bob', { suspended: true });
  world.startOperator();
  await vi.waitFor(async () => {
    const all = await Promise.all([world.panel('nl'), world.get('alice'), world.get('bob')]);
    expect(all.map((one) => stateOf(one))).toEqual(['True/Ready', 'True/Ready', 'False/Suspended']);
  }, soon);
  const { id } = await ensureShop(store, { namespace, name: 'main', mode: 'test' });
  await pauseRefundsByPerson(store, id, 'pause', { author: 'ann', reason: 'a test', requestId: 'one' });
  const run = async (...more: string[]): Promise<{ code: number; out: string }> => {
    const where = ['--kubeconfig', inject('kubeconfig'), '--namespace', namespace, '--watch-namespace', namespace];
    const host = scriptedHost(['status', ...where, ...more], { DATABASE_URL: databaseUrl });
    return { code: await runCommandLine(host), out: host.out() };
  };
  const json = await run('--json');
  expect(json.code).toBe(0);
  const facts = JSON.parse(json.out) as StatusFacts;
  expect(facts).toMatchObject({
    leaders: { it: [{ lease: 'wayleave-operator', version: 'test' }, { lease: 'wayleave-bot' }] },
    schema: { it: expect.stringMatching(/^\d{4}_/) as unknown },
    subscriptions: { it: { Ready: 1, Suspended: 1 } },
    panels: { it: [{ panel: `${namespace}/nl`, state: 'Ready', product: '3x-ui', pending: 0 }] },
    shops: { it: [{ shop: `${namespace}/main`, mode: 'test', queues: [] }] },
  });
  const text = await run();
  expect(text.out).toMatch(/wayleave-operator +\S+ +test/);
  expect(text.out).toContain('refunds are paused');

  const lost = await run('--kubeconfig', '/nonexistent', '--database-url', 'postgres://u@127.0.0.1:1/d');
  expect(lost.code).toBe(1);
  expect(lost.out).toContain('out of reach');
});
