import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DesiredClient, PanelDriver } from '../../../src/panels/driver.ts';
import type { DriverBench } from './driver-bench.ts';
import { connectionTo, ensureOne, openDriver, reading, removeOne, verdict } from './driver-under-test.ts';

export function describeOwnership(bench: DriverBench): void {
  describe('when clients are not its own', () => {
    const snapshot = async (email: string): Promise<string> =>
      JSON.stringify([...(await bench.backdoor.entries(email))]);

    const asOtherInstallation = async (action: (driver: PanelDriver) => Promise<void>): Promise<void> => {
      const other = openDriver(connectionTo(bench.panel.login, { installationId: randomUUID() }));
      try {
        await other.probe(reading());
        await action(other);
      } finally {
        await other.close();
      }
    };

    it('counts them, and leaves each byte of them as it was', async () => {
      const before = (await bench.driver.list(reading())).foreign;
      const foreigner = `foreign-${randomUUID().slice(0, 8)}`;
      await bench.backdoor.addForeign(foreigner, bench.panel.ws);
      const untouched = await snapshot(foreigner);
      const desired = bench.customer();
      await ensureOne(bench.driver, desired);
      await ensureOne(bench.driver, { ...desired, enabled: false });
      await removeOne(bench.driver, desired);
      expect((await bench.driver.list(reading())).foreign).toBe(before + 1);
      expect(untouched).toContain(foreigner);
      expect(await snapshot(foreigner)).toBe(untouched);
    });

    it('refuses a name that somebody else holds, and does not touch him', async () => {
      const desired = bench.customer({ inbounds: [bench.panel.ws] });
      await bench.backdoor.addForeign(await bench.backdoor.nameOn(desired.email, bench.panel.ws), bench.panel.ws);
      const untouched = await snapshot(desired.email);
      expect(verdict(await ensureOne(bench.driver, desired))).toBe('PANEL_OWNERSHIP_CONFLICT');
      expect(verdict(await removeOne(bench.driver, desired))).toBe('PANEL_OWNERSHIP_CONFLICT');
      expect(await snapshot(desired.email)).toBe(untouched);
    });

    it('refuses the clients of another installation', async () => {
      const desired: DesiredClient = bench.customer();
      await asOtherInstallation(async (other) => {
        expect(verdict(await ensureOne(other, desired))).toBe('confirmed');
      });
      const untouched = await snapshot(desired.email);
      expect(await bench.stateOf(desired)).toBe('absent');
      expect(verdict(await ensureOne(bench.driver, desired))).toBe('PANEL_OWNERSHIP_CONFLICT');
      expect(verdict(await removeOne(bench.driver, desired))).toBe('PANEL_OWNERSHIP_CONFLICT');
      expect(await snapshot(desired.email)).toBe(untouched);
    });

    it('refuses to remove a client of its own for another subscription', async () => {
      const desired = bench.customer();
      await ensureOne(bench.driver, desired);
      const untouched = await snapshot(desired.email);
      const result = await removeOne(bench.driver, { ...desired, subscriptionId: randomUUID() });
      expect(verdict(result)).toBe('PANEL_OWNERSHIP_CONFLICT');
      expect(await snapshot(desired.email)).toBe(untouched);
    });

    it('knows its own again after a restart, with their subscriptions', async () => {
      const desired = bench.customer();
      await ensureOne(bench.driver, desired);
      const again = openDriver(connectionTo(bench.panel.login));
      await again.probe(reading());
      const seen = (await again.list(reading())).clients.get(desired.email);
      expect(seen).toEqual({
        email: desired.email,
        subscriptionId: desired.subscriptionId,
        fingerprint: again.fingerprint(desired),
      });
      await again.close();
    });
  });
}
