import { it, expect, vi } from 'vitest';
import { createSellingWorld, outboxDepth } from './support.ts';
import { sweep } from '../../../src/controllers/projection/sweep.ts';
it('scale', async () => {
  const world = await createSellingWorld({ operator: false });
  const n = 2000;
  for (let i = 0; i < n; i += 50) await Promise.all(Array.from({ length: 50 }, () => world.buy()));
  const t = performance.now(); const cpu = process.cpuUsage();
  world.startProjection();
  await vi.waitFor(async () => { expect(await outboxDepth(world.store)).toBe(0); }, { timeout: 110_000, interval: 200 });
  const used = process.cpuUsage(cpu);
  console.error('projected', n, Math.round(performance.now() - t), 'ms; cpu s', (used.user + used.system) / 1e6);
  for (let i = 0; i < 3; i += 1) {
    const s = performance.now(); const c = process.cpuUsage(); const found: string[] = [];
    await sweep({ client: world.client, store: world.botStore, namespace: world.namespace, found: (f) => { found.push(f); } });
    const u = process.cpuUsage(c);
    console.error('sweep', Math.round(performance.now() - s), 'ms; cpu ms', (u.user + u.system) / 1e3, found.length, Math.round(process.memoryUsage().rss / 1e6));
  }
  await world.end();
}, 240_000);
