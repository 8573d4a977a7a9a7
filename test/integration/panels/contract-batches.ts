import { describe, expect, it } from 'vitest';
import { PanelError } from '../../../src/panels/errors.ts';
import type { WriteGate } from '../../../src/panels/driver.ts';
import type { DriverBench } from './driver-bench.ts';
import { codeOf, ensureOne, reading, verdict, writing } from './driver-under-test.ts';

export function describeBatches(bench: DriverBench): void {
  describe('when it works in batches', () => {
    it('delivers 300 clients, and takes them away', async () => {
      const all = Array.from({ length: 300 }, () => bench.customer({ inbounds: [bench.panel.ws] }));
      const { maxBatch } = bench.driver;
      expect(maxBatch).toBeGreaterThanOrEqual(100);
      for (let at = 0; at < all.length; at += maxBatch) {
        const batch = all.slice(at, at + maxBatch);
        const results = await bench.driver.ensure(batch, writing());
        expect(results.map(({ email }) => email)).toEqual(batch.map(({ email }) => email));
        expect(new Set(results.map(verdict))).toEqual(new Set(['confirmed']));
      }
      const { clients } = await bench.driver.list(reading());
      for (const desired of all) {
        expect(clients.get(desired.email)?.fingerprint).toBe(bench.driver.fingerprint(desired));
      }
      // On panels without a bulk call each removal costs two writes: some of them will do.
      const removed = all.slice(0, 60);
      const results = await bench.driver.remove(removed, writing());
      expect(new Set(results.map(verdict))).toEqual(new Set(['absent']));
      const left = (await bench.driver.list(reading())).clients;
      expect(all.filter(({ email }) => left.has(email))).toEqual(all.slice(60));
    });

    it('gives each item its own result', async () => {
      const good = [bench.customer(), bench.customer()];
      const malformed = bench.customer({ uuid: 'this text is longer than thirty bytes and no uuid' });
      const nowhere = bench.customer({ inbounds: ['no-such-inbound'] });
      const [first, second] = good;
      if (first === undefined || second === undefined) throw new Error('two customers were made');
      const results = await bench.driver.ensure([first, malformed, nowhere, second], writing());
      const expected = ['confirmed', 'PANEL_CLIENT_INVALID', 'PANEL_INBOUND_MISSING', 'confirmed'];
      expect(results.map(verdict)).toEqual(expected);
      expect((await bench.backdoor.entries(malformed.email)).size).toBe(0);
      expect((await bench.backdoor.entries(nowhere.email)).size).toBe(0);
      for (const desired of good) await bench.expectOnPanel(desired);
    });

    it('loses nobody while another program writes', async (test) => {
      if (!bench.backdoor.isModern) test.skip('below v3.1.0 the panel itself loses what is written in parallel');
      const ours = Array.from({ length: 40 }, () => bench.customer({ inbounds: [bench.panel.ws] }));
      const theirs = Array.from({ length: 40 }, () => `foreign-${crypto.randomUUID().slice(0, 8)}`);
      const others = (async () => {
        for (const email of theirs) await bench.backdoor.addForeign(email, bench.panel.ws);
      })();
      const [results] = await Promise.all([bench.driver.ensure(ours, writing()), others]);
      expect(new Set(results.map(verdict))).toEqual(new Set(['confirmed']));
      const held = new Set(
        (await bench.backdoor.inbounds()).flatMap(({ clients }) => clients.map((entry) => entry['email'])),
      );
      const missing = [...theirs, ...ours.map(({ email }) => email)].filter((email) => !held.has(email));
      expect(missing).toEqual([]);
    });
  });

  describe('when it may not write', () => {
    const refusal = (): PanelError =>
      new PanelError('PANEL_WRITE_FENCED', 'the lease ends too soon', { retry: 'later' });

    it('writes nothing, and says why', async () => {
      const desired = bench.customer();
      bench.simulator?.requests.reset();
      const gate: WriteGate = {
        admit() {
          throw refusal();
        },
      };
      const call = bench.driver.ensure([desired], writing(gate)).then((results) => {
        for (const result of results) if (result.outcome === 'failed') throw result.error;
      });
      expect(await codeOf(call)).toBe('PANEL_WRITE_FENCED');
      expect((await bench.backdoor.entries(desired.email)).size).toBe(0);
      expect(bench.simulator?.requests.writes() ?? []).toEqual([]);
    });

    it('asks before each write, and stops at the first refusal', async () => {
      const batch = Array.from({ length: 6 }, (_, index) =>
        bench.customer({ inbounds: [index % 2 === 0 ? bench.panel.ws : bench.panel.reality], enabled: index < 3 }),
      );
      bench.simulator?.requests.reset();
      let asked = 0;
      const deadlines: number[] = [];
      const gate: WriteGate = {
        admit(deadlineMs) {
          deadlines.push(deadlineMs);
          asked += 1;
          if (asked > 1) throw refusal();
        },
      };
      await bench.driver.ensure(batch, writing(gate)).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'PANEL_WRITE_FENCED' });
      });
      expect(asked).toBe(2);
      expect(deadlines.every((deadlineMs) => deadlineMs > 0 && deadlineMs <= bench.driver.writeDeadlineMs)).toBe(true);
      if (bench.simulator !== undefined) expect(bench.simulator.requests.writes()).toHaveLength(1);
      // Whatever was done, it is all made good by asking again.
      expect(new Set((await bench.driver.ensure(batch, writing())).map(verdict))).toEqual(new Set(['confirmed']));
    });

    it('writes one thing at a time', async () => {
      bench.simulator?.requests.reset();
      const batch = Array.from({ length: 5 }, () => bench.customer());
      await bench.driver.ensure(batch, writing());
      for (const desired of batch) expect(verdict(await ensureOne(bench.driver, desired))).toBe('confirmed');
      expect(bench.simulator?.requests.peakParallelWrites ?? 1).toBe(1);
    });
  });
}
