import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../support/simulators/3x-ui/index.ts';
import type { DriverBench } from './driver-bench.ts';
import { codeOf, ensureOne, reading, removeOne, verdict } from './driver-under-test.ts';

/** Answers that say nothing about whether a write was done. */
const unclear: Readonly<Record<string, Fault>> = {
  'HTTP 500 after the write': { kind: 'status', status: 500, commit: true },
  'HTTP 500 before the write': { kind: 'status', status: 500 },
  'a connection cut in the middle of the answer': { kind: 'reset' },
  'a connection cut before the request': { kind: 'refuse' },
  'half an answer': { kind: 'truncated' },
  'a page of a proxy': { kind: 'html' },
};

const nonsense: Readonly<Record<string, Fault>> = {
  'a page of a proxy': { kind: 'html' },
  'half an answer': { kind: 'truncated' },
  'other types than it should': { kind: 'wrongTypes' },
  'inbounds that are none': { kind: 'body', body: '{"success":true,"msg":"","obj":[7,null,"x"]}' },
};

/** What only a panel that misbehaves on order can show. */
export function describeDoubt(bench: DriverBench): void {
  describe('when the panel cannot be believed (simulators only)', () => {
    afterEach(() => {
      bench.simulator?.faults.clear();
    });

    for (const [what, fault] of Object.entries(unclear)) {
      it(`finds out what was done when a write ends in ${what}`, async (test) => {
        const { simulator } = bench;
        if (simulator === undefined) return test.skip();
        const desired = bench.customer();
        simulator.faults.add({ fault, method: 'POST', route: /addClient|clients\/(add|bulkCreate)/, times: 1 });
        const first = await ensureOne(bench.driver, desired);
        if (first.outcome === 'failed') {
          expect(['PANEL_UNCERTAIN', 'PANEL_UNREACHABLE', 'PANEL_NONSENSE', 'PANEL_NOT_CONFIRMED']).toContain(
            first.error.code,
          );
          expect(first.error.retry).toBe('later');
          bench.expectNoCredential(first.error);
        } else {
          await bench.expectOnPanel(desired);
        }
        expect(verdict(await ensureOne(bench.driver, desired))).toBe('confirmed');
        await bench.expectOnPanel(desired);
        const copies = simulator.state.inbounds.flatMap(({ settings }) => settings.clients ?? []);
        const own = copies.filter(({ id }) => id === desired.uuid);
        expect(own).toHaveLength(desired.inbounds.length);
      });
    }

    it('notices a success that is a lie', async (test) => {
      const { simulator } = bench;
      if (simulator === undefined) return test.skip();
      simulator.faults.add({ fault: { kind: 'lie' }, method: 'POST', route: 'panel/api' });
      const desired = bench.customer();
      expect(verdict(await ensureOne(bench.driver, desired))).toBe('PANEL_NOT_CONFIRMED');
      simulator.faults.clear();
      await ensureOne(bench.driver, desired);
      simulator.faults.add({ fault: { kind: 'lie' }, method: 'POST', route: 'panel/api' });
      expect(verdict(await ensureOne(bench.driver, { ...desired, enabled: false }))).toBe('PANEL_NOT_CONFIRMED');
      expect(verdict(await removeOne(bench.driver, desired))).toBe('PANEL_NOT_CONFIRMED');
    });

    for (const [what, fault] of Object.entries(nonsense)) {
      it(`calls it nonsense when the panel answers with ${what}`, async (test) => {
        const { simulator } = bench;
        if (simulator === undefined) return test.skip();
        await ensureOne(bench.driver, bench.customer());
        simulator.faults.add({ fault, method: 'GET', route: 'inbounds/list' });
        simulator.requests.reset();
        expect(await codeOf(bench.driver.list(reading()))).toBe('PANEL_NONSENSE');
        expect(await codeOf(ensureAndThrow())).toBe('PANEL_NONSENSE');
        expect(simulator.requests.writes()).toEqual([]);
      });
    }

    it('lists nobody as absent when the panel cannot be read', async (test) => {
      const { simulator } = bench;
      if (simulator === undefined) return test.skip();
      for (const fault of [{ kind: 'refuse' }, { kind: 'status', status: 500 }, { kind: 'reset' }] as const) {
        simulator.faults.add({ fault, method: 'GET', route: 'panel/api' });
        await expect(bench.driver.list(reading())).rejects.toHaveProperty('retry', 'later');
        simulator.faults.clear();
      }
    });

    it('carries on by itself when its session ends', async (test) => {
      const { simulator } = bench;
      if (simulator === undefined) return test.skip();
      simulator.expireSessions();
      const desired = bench.customer();
      expect(verdict(await ensureOne(bench.driver, desired))).toBe('confirmed');
      simulator.expireSessions();
      expect(await bench.stateOf(desired)).toBe('as desired');
      await bench.backdoor.raw.open();
    });

    it('gives up when it is told to, and not before it must', async (test) => {
      const { simulator } = bench;
      if (simulator === undefined) return test.skip();
      simulator.faults.add({ fault: { kind: 'hang' }, method: 'GET', route: 'inbounds' });
      const controller = new AbortController();
      const call = codeOf(bench.driver.list({ signal: controller.signal }));
      await expect.poll(() => simulator.requests.count('inbounds')).toBeGreaterThan(0);
      controller.abort();
      expect(await call).toBe('PANEL_UNREACHABLE');
    });

    const ensureAndThrow = async (): Promise<void> => {
      const result = await ensureOne(bench.driver, bench.customer());
      if (result.outcome === 'failed') throw result.error;
    };
  });
}
