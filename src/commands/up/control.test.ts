import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ControlServer, type PanelSwitches, sendOrder } from './control.ts';

const orders: string[] = [];
const panels: PanelSwitches = {
  names: ['nl', 'de'],
  order: (order, panel) => {
    if (panel === 'de') return Promise.reject(new Error('its port is taken'));
    orders.push(`${order} ${panel}`);
    return Promise.resolve(`${panel}: ${order}`);
  },
};
let root: string;
let server: ControlServer;
beforeEach(async () => {
  orders.length = 0;
  root = await mkdtemp(join(tmpdir(), 'wayleave-test-'));
  server = await ControlServer.start(panels, join(root, 'control'));
});
afterEach(async () => {
  await server.close();
  await rm(root, { recursive: true });
});

describe('orders to a running up', () => {
  it('are carried out and answered', async () => {
    expect(await sendOrder(server.socket, 'stop', 'nl')).toEqual({ ok: true, text: 'nl: stop' });
    expect(orders).toEqual(['stop nl']);
  });

  it('for an unknown panel are refused with the names that there are', async () => {
    const { ok, text } = await sendOrder(server.socket, 'stop', 'us');
    expect(ok).toBe(false);
    expect(text).toContain('nl, de');
  });

  it('that fail say why', async () => {
    expect(await sendOrder(server.socket, 'start', 'de')).toEqual({ ok: false, text: 'its port is taken' });
  });

  it('come through a folder that nobody else may enter, and that goes with the server', async () => {
    const folder = dirname(server.socket);
    expect((await stat(folder)).mode & 0o077).toBe(0);
    await server.close();
    await expect(stat(folder)).rejects.toThrow('ENOENT');
    server = await ControlServer.start(panels, folder);
  });

  it('are taken where a killed run left its socket, and in a data folder that lies too deep for one', async () => {
    const left = join(root, 'left');
    await mkdir(left);
    await writeFile(join(left, 'socket'), '');
    for (const folder of [left, join(root, 'deep'.repeat(30))]) {
      const another = await ControlServer.start(panels, folder);
      expect(await sendOrder(another.socket, 'stop', 'nl')).toMatchObject({ ok: true });
      await another.close();
    }
  });
});
