import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { KubeError } from '../../kube/index.ts';
import { StoreError } from '../../store/index.ts';
import { ok, outOfReach, type Check } from './finding.ts';
import { runChecks } from './run-checks.ts';

describe('checks', () => {
  it('run beside each other, and one that hangs says so and holds up nobody', async () => {
    const clock = new ManualClock();
    let abandoned = false;
    const hanging: Check = {
      name: 'hanging',
      look: (signal) =>
        new Promise(() => {
          signal.addEventListener('abort', () => (abandoned = true));
        }),
    };
    const well: Check = { name: 'well', look: () => Promise.resolve([ok('all of it')]) };
    const broken: Check = { name: 'broken', look: () => Promise.reject(new Error('it broke')) };
    const running = runChecks([hanging, broken, well, outOfReach('away', 'no way there')], { limitMs: 5_000, clock });
    clock.advance(5_000);
    expect(await running).toEqual([
      { name: 'hanging', verdict: 'fail', says: 'no answer within 5 s' },
      { name: 'broken', verdict: 'fail', says: 'it broke' },
      { name: 'well', verdict: 'ok', says: 'all of it' },
      { name: 'away', verdict: 'skip', says: 'no way there' },
    ]);
    expect(abandoned).toBe(true);
  });

  it('that an account may not ask say nothing about what they ask for', async () => {
    const refusals = [
      new KubeError('KUBE_FORBIDDEN', 'LIST VPNShop: forbidden'),
      new StoreError('STORE_RIGHTS', 'select from orders: no right', { retry: 'never' }),
    ];
    const checks = refusals.map((refusal): Check => ({ name: refusal.code, look: () => Promise.reject(refusal) }));
    const found = await runChecks(checks, { limitMs: 1_000, clock: new ManualClock() });
    expect(found.map(({ verdict }) => verdict)).toEqual(['skip', 'skip']);
  });

  it('repeat no credential that is in the words of others', async () => {
    const message = 'cannot reach https://admin:hunter22@panel.example:2053/ with token=abcdef';
    const leaky: Check = { name: 'leaky', look: () => Promise.reject(new Error(message)) };
    const [finding] = await runChecks([leaky], { limitMs: 1_000, clock: new ManualClock() });
    expect(finding?.says).not.toMatch(/hunter22|abcdef/);
  });
});
