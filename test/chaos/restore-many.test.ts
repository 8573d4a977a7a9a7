import { inject, expect, it, onTestFinished } from 'vitest';
import { vpnPanels, type VPNPanel } from '../../src/api/index.ts';
import { runCommandLine } from '../../src/commands/program.ts';
import { ensureShop } from '../../src/ledger/index.ts';
import { BenchPanel } from '../bench/operator/panel.ts';
import { seedSubscriptions } from '../bench/shop/seed.ts';
import { scriptedHost } from '../integration/commands/scripted-host.ts';
import { panelSecret, secretResource, vpnPanel } from '../support/manifests.ts';
import { publishReliability } from '../support/money/publish-reliability.ts';
import { spawnOperator } from '../support/world/operator-process.ts';
import { createWorld } from '../support/world/world.ts';

/**
 * As many as a shop may have: WAYLEAVE_TEST_RESTORE=10000 npm test -- test/chaos/restore-many
 * WAYLEAVE_TEST_PUBLISH=1 writes how long 10,000 took into docs/reliability.json.
 */
const count = Number(process.env['WAYLEAVE_TEST_RESTORE'] ?? 200);
const names = ['nl', 'de'] as const;

it(
  `${String(count)} sold subscriptions are brought back to an empty cluster and two empty panels that cost what 3x-ui costs`,
  async () => {
    const world = await createWorld();
    onTestFinished(() => world.end());
    const { namespace, databaseUrl, store, client } = world;
    for (const [at, name] of names.entries()) {
      const ports = { reality: 40_000 + at * 2, ws: 40_001 + at * 2 };
      const panel = await BenchPanel.start(name, { version: '3.6.0', cost: 'real', ports });
      onTestFinished(() => panel.stop());
      await world.apply(secretResource, panelSecret({ name, namespace }, { token: panel.token }));
      await world.apply(vpnPanels, vpnPanel({ name, namespace }, { url: panel.url }));
    }
    const { id: shopId } = await ensureShop(store, { namespace, name: 'bench', mode: 'test' });
    await seedSubscriptions({ databaseUrl, shopId, namespace }, 1, count);
    const operator = spawnOperator(world);
    onTestFinished(() => operator.stop());

    const startedMs = performance.now();
    const where = ['--kubeconfig', inject('kubeconfig'), '--namespace', namespace, '--watch-namespace', namespace];
    const host = scriptedHost(['restore', '--reason', 'a test', '--wait', ...where], { DATABASE_URL: databaseUrl });
    const code = await runCommandLine(host);
    const seconds = Math.round((performance.now() - startedMs) / 100) / 10;
    console.error(`${String(count)} subscriptions were restored in ${String(seconds)} s`);

    expect(code, host.out() + host.err()).toBe(0);
    expect(host.out()).toContain(`${String(count)} sold subscriptions are in the cluster`);
    for (const name of names) {
      const { status } = await client.get<VPNPanel>(vpnPanels, namespace, name);
      expect(status?.clients).toMatchObject({ managed: count, pending: 0, drifted: 0 });
    }
    if (count === 10_000 && process.env['WAYLEAVE_TEST_PUBLISH'] === '1') {
      await publishReliability({ restore_10k_s: seconds });
    }
  },
  Math.max(300_000, count * 120),
);
