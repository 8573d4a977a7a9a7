import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SupportError } from '../../../test/support/errors.ts';
import {
  demoInbounds,
  startThreeXuiSimulator,
  type ThreeXuiSimulator,
} from '../../../test/support/simulators/3x-ui/index.ts';
import { ensureTool } from '../../../test/support/toolchain.ts';
import { describeError } from '../../base/errors.ts';
import type { PanelOrder, PanelSwitches } from './control.ts';
import type { DataDirectory } from './data-directory.ts';
import type { PortBook } from './ports.ts';
import { realityServerName, startRealityTarget } from './reality-target.ts';
import type { DemoPanelAddress } from './samples.ts';

/** The release that the demo panels behave like. */
const panelVersion = '3.6.0';

const places = [
  { name: 'nl', location: 'Amsterdam', firstPort: 9100 },
  { name: 'de', location: 'Frankfurt', firstPort: 9110 },
] as const;

export interface DemoPanels {
  readonly addresses: readonly DemoPanelAddress[];
  readonly switches: PanelSwitches;
  /** For the person: what they are, and whether traffic goes through them. */
  readonly description: string;
  stop(): Promise<void>;
}

export interface DemoPanelsOptions {
  readonly data: DataDirectory;
  readonly ports: PortBook;
  readonly progress: (text: string) => void;
}

/** Two 3x-ui of our own making with a real Xray behind each, where one can be had. They keep their clients across runs. */
export async function startDemoPanels(options: DemoPanelsOptions): Promise<DemoPanels> {
  const { ports, progress } = options;
  const xray = await findXray(progress);
  const targetPort = await ports.claim('reality target', 9120);
  const target = await startRealityTarget(targetPort);
  const panels: DemoPanel[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(panels.map((panel) => panel.stop()));
    await target.stop();
  };
  try {
    for (const place of places) {
      panels.push(await DemoPanel.start({ ...options, ...place, xray: xray.binary, targetPort }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const behind = xray.binary === undefined ? `no traffic: ${xray.why}` : 'real Xray behind';
  return {
    addresses: panels.map(({ address }) => address),
    switches: { names: places.map(({ name }) => name), order: (order, name) => obey(panels, order, name) },
    description: `${places.map(({ name }) => name).join(', ')} (3x-ui ${panelVersion} simulators, ${behind})`,
    stop,
  };
}

async function findXray(progress: (text: string) => void): Promise<{ binary?: string; why: string }> {
  try {
    return { binary: await ensureTool('xray', progress), why: '' };
  } catch (error) {
    // Panels without traffic still show everything else; the step says why there is none.
    if (error instanceof SupportError) return { why: describeError(error).split('\n')[0] ?? '' };
    throw error;
  }
}

async function obey(panels: readonly DemoPanel[], order: PanelOrder, name: string): Promise<string> {
  const panel = panels.find(({ address }) => address.name === name);
  if (panel === undefined) throw new Error(`there is no demo panel ${name}`);
  if (order === 'stop') {
    const was = await panel.turnOff();
    return was ? `panel ${name} is down: watch "kubectl get vpanel ${name} -w"` : `panel ${name} is down already`;
  }
  const was = await panel.turnOn();
  return was ? `panel ${name} is up again: watch "kubectl get vpanel ${name} -w"` : `panel ${name} is up already`;
}

interface DemoPanelOptions extends DemoPanelsOptions {
  readonly name: string;
  readonly location: string;
  readonly firstPort: number;
  readonly xray: string | undefined;
  readonly targetPort: number;
}

/** One panel that can be turned off like a machine and comes back with what it had. */
class DemoPanel {
  readonly address: DemoPanelAddress;
  readonly #boot: () => Promise<ThreeXuiSimulator>;
  #running: ThreeXuiSimulator | undefined;
  /** Orders come from outside, at any time: one after the other. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(address: DemoPanelAddress, boot: () => Promise<ThreeXuiSimulator>, running: ThreeXuiSimulator) {
    this.address = address;
    this.#boot = boot;
    this.#running = running;
  }

  static async start(options: DemoPanelOptions): Promise<DemoPanel> {
    const { name, location, firstPort, ports, data, xray, targetPort } = options;
    const port = await ports.claim(`panel ${name}`, firstPort);
    const inboundPorts = {
      reality: await ports.claim(`panel ${name} reality`, firstPort + 1),
      ws: await ports.claim(`panel ${name} ws`, firstPort + 2),
      grpc: await ports.claim(`panel ${name} grpc`, firstPort + 3),
    };
    const storage = join(data.panels, `${name}.json`);
    await moveInbounds(storage, inboundPorts, `127.0.0.1:${targetPort}`);
    const boot = (): Promise<ThreeXuiSimulator> =>
      startThreeXuiSimulator({
        version: panelVersion,
        basePath: `/${name}-panel/`,
        port,
        storage,
        inbounds: demoInbounds({
          ports: inboundPorts,
          realityTarget: `127.0.0.1:${targetPort}`,
          serverNames: [realityServerName],
        }),
        ...(xray === undefined ? {} : { xray: { binary: xray } }),
      });
    const running = await boot();
    return new DemoPanel({ name, location, url: running.url, token: running.token }, boot, running);
  }

  /** @returns whether it was on */
  turnOff(): Promise<boolean> {
    return this.#inTurn(async () => {
      const running = this.#running;
      this.#running = undefined;
      await running?.stop();
      return running !== undefined;
    });
  }

  /** @returns whether it was off */
  turnOn(): Promise<boolean> {
    return this.#inTurn(async () => {
      if (this.#running !== undefined) return false;
      this.#running = await this.#boot();
      return true;
    });
  }

  async stop(): Promise<void> {
    await this.turnOff();
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(action, action);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

interface StoredInbound {
  readonly remark: string;
  port: number;
  readonly streamSettings: { readonly realitySettings?: { target: string } };
}

/** Where somebody else has taken a port since the last run, the stored inbound follows to the new one. */
async function moveInbounds(storage: string, ports: Readonly<Record<string, number>>, target: string): Promise<void> {
  let text: string;
  try {
    text = await readFile(storage, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const stored = JSON.parse(text) as { readonly inbounds: readonly StoredInbound[] };
  for (const inbound of stored.inbounds) {
    inbound.port = ports[inbound.remark] ?? inbound.port;
    if (inbound.streamSettings.realitySettings !== undefined) inbound.streamSettings.realitySettings.target = target;
  }
  await writeFile(storage, JSON.stringify(stored), { mode: 0o600 });
}
