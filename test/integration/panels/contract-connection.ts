import { describe, expect, it } from 'vitest';
import { freePort } from '../../support/processes.ts';
import type { DriverBench } from './driver-bench.ts';
import { codeOf, connectionTo, openDriver, reading } from './driver-under-test.ts';
import type { PanelLogin } from './raw-panel.ts';

export function describeConnection(bench: DriverBench): void {
  describe('when it probes', () => {
    it('finds out what the panel is and what it offers, without a write', async () => {
      bench.simulator?.requests.reset();
      const probe = await bench.driver.probe(reading());
      expect(probe.product).toBe('3x-ui');
      expect(probe.writable).toBe(true);
      expect(Math.abs(probe.clockSkewMs)).toBeLessThan(5000);
      expect(probe.core.state).toBe('running');
      expect(probe.losesConcurrentWrites).toBe(!bench.backdoor.isModern);
      expect(probe.cutsHarmlessly).toBe(bench.backdoor.isModern);
      const byTag = new Map(probe.inbounds.map((inbound) => [inbound.tag, inbound]));
      const [reality, ws] = [byTag.get(bench.panel.reality), byTag.get(bench.panel.ws)];
      expect(reality?.template).toMatchObject({ transport: { type: 'tcp' }, security: { type: 'reality' } });
      expect(ws?.template).toMatchObject({ transport: { type: 'ws', path: '/ws' }, security: { type: 'none' } });
      expect(ws?.template).not.toHaveProperty('flow');
      expect(bench.simulator?.requests.writes() ?? []).toEqual([]);
    });

    it('gives the same identity each time', async () => {
      const { login } = bench.panel;
      const other = openDriver(connectionTo(login));
      const [first, second] = [await bench.driver.probe(reading()), await other.probe(reading())];
      await other.close();
      expect(second.identity).toBe(first.identity);
    });
  });

  describe('when the connection is wrong', () => {
    const probeWith = async (change: Partial<PanelLogin>): Promise<unknown> => {
      const driver = openDriver(connectionTo({ ...bench.panel.login, ...change }));
      const call = driver.probe(reading());
      await call.catch((error: unknown) => {
        bench.expectNoCredential(error);
      });
      const code = await codeOf(call);
      await driver.close();
      return code;
    };

    it('says that nobody answers', async () => {
      const { pathname } = new URL(bench.panel.login.url);
      expect(await probeWith({ url: `http://127.0.0.1:${await freePort()}${pathname}` })).toBe('PANEL_UNREACHABLE');
    });

    it('says that the base path is another', async () => {
      expect(await probeWith({ url: new URL('/elsewhere/', bench.panel.login.url).href })).toBe('PANEL_WRONG_PATH');
    });

    it('says that the credentials are refused', async () => {
      const isToken = bench.panel.login.token !== undefined;
      const wrong = isToken ? { token: 'x'.repeat(48) } : { password: 'not the password' };
      expect(await probeWith(wrong)).toBe('PANEL_CREDENTIALS_REFUSED');
    });
  });
}
