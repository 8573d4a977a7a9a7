import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DesiredClient, PanelDriver } from '../../../src/panels/driver.ts';
import type { VlessCredential, VlessEndpoint } from '../../../src/formats/endpoint.ts';
import { renderVlessLink } from '../../../src/formats/vless-link.ts';
import { startRealPanel } from '../../support/panels.ts';
import { freePort } from '../../support/processes.ts';
import { demoInbounds, startThreeXuiSimulator, type InboundDraft } from '../../support/simulators/3x-ui/index.ts';
import { ensureTool } from '../../support/toolchain.ts';
import {
  fetchThrough,
  openTunnel,
  startOrigin,
  startRealityTarget,
  type Origin,
  type Tunnel,
} from '../../support/xray-client.ts';
import { Backdoor } from './backdoor.ts';
import { connectionTo, customer, ensureOne, openDriver, reading, removeOne, verdict } from './driver-under-test.ts';
import { addDrafts, loginOf } from './panel-under-test.ts';
import type { PanelLogin } from './raw-panel.ts';

const ends: (() => Promise<void>)[] = [];
let xray: string;
let origin: Origin;

beforeAll(async () => {
  xray = await ensureTool('xray');
  origin = await startOrigin(50_000);
});

afterAll(async () => {
  for (const end of ends.toReversed()) await end();
  await origin?.stop();
});

/** Inbounds of every transport on ports of their own. */
async function realInbounds(): Promise<readonly InboundDraft[]> {
  const target = await startRealityTarget();
  ends.push(() => target.stop());
  const [reality, ws, grpc, httpupgrade, xhttp] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const ports = { reality, ws, grpc, httpupgrade, xhttp };
  return demoInbounds({ ports, realityTarget: target.address, serverNames: [target.serverName] });
}

const panels: Readonly<Record<string, () => Promise<PanelLogin>>> = {
  'the real 3x-ui v2.9.4': async () => {
    const panel = await startRealPanel();
    ends.push(() => panel.stop());
    const backdoor = await Backdoor.open(panel);
    await addDrafts(backdoor, await realInbounds());
    await backdoor.raw.close();
    return panel;
  },
  'a simulated 3x-ui v2.9.4': () => simulated('2.9.4'),
  'a simulated 3x-ui v3.6.0': () => simulated('3.6.0'),
};

async function simulated(version: string): Promise<PanelLogin> {
  const simulator = await startThreeXuiSimulator({ version, xray: { binary: xray }, inbounds: await realInbounds() });
  ends.push(() => simulator.stop());
  return loginOf(simulator);
}

for (const [name, start] of Object.entries(panels)) {
  describe(`behind ${name}, with a real Xray`, () => {
    let driver: PanelDriver;
    let desired: DesiredClient;
    const endpoints: VlessEndpoint[] = [];
    const tunnels = new Map<string, Tunnel>();
    const links = (credential: VlessCredential): readonly string[] =>
      endpoints.map((endpoint) => renderVlessLink(endpoint, credential));

    beforeAll(async () => {
      driver = openDriver(connectionTo(await start()));
      const { inbounds } = await driver.probe(reading());
      desired = customer(inbounds.map(({ tag }) => tag));
      for (const { tag, remark, template } of inbounds) {
        if (template === undefined) throw new Error(`inbound ${tag} is not usable`);
        endpoints.push({ ...template, address: '127.0.0.1', remark });
      }
      for (const [index, link] of links(desired).entries()) {
        tunnels.set(endpoints[index]?.remark ?? '', await openTunnel(link, { xray }));
      }
    });

    afterAll(async () => {
      for (const tunnel of tunnels.values()) await tunnel.stop();
      await driver?.close();
    });

    const isServed = async (remark: string): Promise<boolean> => {
      try {
        return (await tunnels.get(remark)?.fetch(origin.url)) === origin.text;
      } catch {
        return false;
      }
    };
    const served = async (): Promise<readonly string[]> => {
      const remarks = [...tunnels.keys()];
      const answers = await Promise.all(remarks.map(isServed));
      return remarks.filter((_, index) => answers[index]);
    };
    const everywhere = ['reality', 'ws', 'grpc', 'httpupgrade', 'xhttp'];

    it('a stranger is refused', async () => {
      expect(await served()).toEqual([]);
    });

    it('a provisioned client fetches a page over every transport', async () => {
      expect(verdict(await ensureOne(driver, desired))).toBe('confirmed');
      expect(await served()).toEqual(everywhere);
    });

    it('a disabled client is refused, and served again when it is enabled', async () => {
      expect(verdict(await ensureOne(driver, { ...desired, enabled: false }))).toBe('confirmed');
      expect(await served()).toEqual([]);
      expect(verdict(await ensureOne(driver, desired))).toBe('confirmed');
      expect(await served()).toEqual(everywhere);
    });

    it('what was open when a client is disabled stays open', async () => {
      const held = await tunnels.get('reality')?.hold(origin.url);
      expect(await held?.fetch()).toBe(origin.text);
      await ensureOne(driver, { ...desired, enabled: false });
      expect(await served()).toEqual([]);
      expect(await held?.fetch()).toBe(origin.text);
      await held?.close();
      expect(verdict(await ensureOne(driver, desired))).toBe('confirmed');
    });

    it('another uuid on the same inbounds is refused', async () => {
      expect(await served()).toEqual(everywhere);
      const stranger = { uuid: crypto.randomUUID() };
      for (const link of links(stranger))
        await expect(fetchThrough(link, origin.url, { xray })).rejects.toThrow('HTTP 503');
    });

    it('its bytes are counted', async () => {
      const usage = async (): Promise<number> => (await driver.usage(reading())).get(desired.email)?.downBytes ?? 0;
      await expect.poll(usage, { timeout: 30_000 }).toBeGreaterThan(origin.text.length);
    });

    it('a removed client is refused', async () => {
      expect(verdict(await removeOne(driver, desired))).toBe('absent');
      expect(await served()).toEqual([]);
    });
  });
}
