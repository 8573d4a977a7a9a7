import { describe, expect, it } from 'vitest';
import type { DesiredClient } from '../../../src/panels/driver.ts';
import type { Entry } from './backdoor.ts';
import type { DriverBench } from './driver-bench.ts';
import { ensureOne, verdict } from './driver-under-test.ts';

/** What somebody may change behind the driver's back, by field. */
const edits: Readonly<Record<string, (desired: DesiredClient) => Entry>> = {
  'its expiry': ({ expiresAtMs }) => ({ expiryTime: expiresAtMs + 90 * 86_400_000 }),
  'its expiry, to never': () => ({ expiryTime: 0 }),
  'its quota': () => ({ totalGB: 5_000_000 }),
  'its enablement': () => ({ enable: false }),
  'its uuid': () => ({ id: crypto.randomUUID() }),
};

export function describeDrift(bench: DriverBench): void {
  describe('when somebody changes a client behind its back', () => {
    const expectRepaired = async (desired: DesiredClient): Promise<void> => {
      expect(await bench.stateOf(desired)).not.toBe('as desired');
      expect(await ensureOne(bench.driver, desired)).toMatchObject({ outcome: 'confirmed', changed: true });
      await bench.expectOnPanel(desired);
      expect(await bench.stateOf(desired)).toBe('as desired');
    };

    for (const [field, edit] of Object.entries(edits)) {
      it(`sees and repairs ${field}`, async () => {
        const desired = bench.customer();
        await ensureOne(bench.driver, desired);
        await bench.backdoor.edit(desired.email, edit(desired));
        await expectRepaired(desired);
      });
    }

    it('sees and repairs its flow', async () => {
      const desired = bench.customer({ inbounds: [bench.panel.reality] });
      await ensureOne(bench.driver, desired);
      await bench.backdoor.edit(desired.email, { flow: '' });
      await expectRepaired(desired);
    });

    it('sees and repairs an inbound that it was taken off', async () => {
      const desired = bench.customer();
      // Below v3.1.0 the last client of an inbound cannot be taken off it.
      await ensureOne(bench.driver, bench.customer());
      await ensureOne(bench.driver, desired);
      await bench.backdoor.detach(desired.email, bench.panel.ws);
      await expectRepaired(desired);
    });

    it('sees and repairs an inbound that it was put on', async () => {
      const { reality, ws } = bench.panel;
      const desired = bench.customer({ inbounds: [reality] });
      await ensureOne(bench.driver, desired);
      await bench.backdoor.attach(desired.email, reality, ws);
      await expectRepaired(desired);
    });

    it('sees and repairs its deletion', async () => {
      const desired = bench.customer();
      await ensureOne(bench.driver, bench.customer());
      await ensureOne(bench.driver, desired);
      await bench.backdoor.delete(desired.email);
      expect(await bench.stateOf(desired)).toBe('absent');
      await expectRepaired(desired);
    });

    it('leaves clients alone that nobody changed', async () => {
      const [touched, untouched] = [bench.customer(), bench.customer()];
      for (const desired of [touched, untouched]) await ensureOne(bench.driver, desired);
      const before = JSON.stringify([...(await bench.backdoor.entries(untouched.email))]);
      await bench.backdoor.edit(touched.email, { enable: false });
      expect(verdict(await ensureOne(bench.driver, touched))).toBe('confirmed');
      expect(JSON.stringify([...(await bench.backdoor.entries(untouched.email))])).toBe(before);
    });
  });
}
