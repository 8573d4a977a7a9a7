import { startRealPanel } from '../../support/panels.ts';
import { freePort } from '../../support/processes.ts';
import {
  demoInbounds,
  startThreeXuiSimulator,
  type InboundDraft,
  type SimulatorOptions,
  type ThreeXuiSimulator,
} from '../../support/simulators/3x-ui/index.ts';
import { Backdoor } from './backdoor.ts';
import type { PanelLogin } from './raw-panel.ts';

export interface PanelUnderTest {
  readonly login: PanelLogin;
  /** An inbound with REALITY over tcp, where clients need a flow. */
  readonly reality: string;
  /** A websocket inbound, where a flow keeps them out. */
  readonly ws: string;
  readonly backdoor: Backdoor;
  /** Present when the panel is simulated, with everything that only a simulator can do. */
  readonly simulator?: ThreeXuiSimulator;
  /** Milliseconds until the panel's own poll has run for certain; a simulator polls on demand. */
  poll(): Promise<void>;
  stop(): Promise<void>;
}

/** Inbounds of panels whose Xray is a model: the ports are names, nothing listens there. */
export const modelInbounds = (): readonly InboundDraft[] => demoInbounds({ ports: { reality: 24_431, ws: 24_432 } });

/** A simulated panel of one release, with the token where it has one. */
export async function startSimulatedPanel(
  version: string,
  options: Omit<Partial<SimulatorOptions>, 'version'> = {},
): Promise<PanelUnderTest & { readonly simulator: ThreeXuiSimulator }> {
  const simulator = await startThreeXuiSimulator({
    version,
    basePath: '/secret-path/',
    password: 'correct horse battery staple',
    inbounds: modelInbounds(),
    ...options,
  });
  const login = loginOf(simulator);
  const backdoor = await Backdoor.open(login);
  const [reality, ws] = (await backdoor.inbounds()).map(({ tag }) => tag);
  return {
    login,
    reality: String(reality),
    ws: String(ws),
    backdoor,
    simulator,
    poll: () => simulator.poll(),
    async stop() {
      await backdoor.raw.close();
      await simulator.stop();
    },
  };
}

export function loginOf(simulator: ThreeXuiSimulator): PanelLogin {
  const { url, token, account } = simulator;
  return token === '' ? { url, username: account.username, password: account.password } : { url, token };
}

/** The real 3x-ui v2.9.4 with its real Xray. */
export async function startRealPanelUnderTest(): Promise<PanelUnderTest> {
  const panel = await startRealPanel();
  const backdoor = await Backdoor.open(panel);
  const tags = await addInbounds(backdoor);
  return {
    login: panel,
    ...tags,
    backdoor,
    poll: () => Promise.resolve(),
    async stop() {
      await backdoor.raw.close();
      await panel.stop();
    },
  };
}

/** A panel of the tester's own, given by the environment. What the tests put there they take away. */
export async function openGivenPanel(login: PanelLogin): Promise<PanelUnderTest> {
  const backdoor = await Backdoor.open(login);
  const before = new Set((await backdoor.inbounds()).map(({ id }) => id));
  const tags = await addInbounds(backdoor);
  return {
    login,
    ...tags,
    backdoor,
    poll: () => Promise.resolve(),
    async stop() {
      for (const { id, clients } of await backdoor.inbounds()) {
        if (before.has(id)) continue;
        if (backdoor.isModern) for (const { email } of clients) await backdoor.delete(String(email));
        await backdoor.raw.post(`panel/api/inbounds/del/${id}`);
      }
      await backdoor.raw.close();
    },
  };
}

/** The panel that the environment names, if any. */
export function givenPanel(): PanelLogin | undefined {
  const { WAYLEAVE_TEST_PANEL_URL: url, WAYLEAVE_TEST_PANEL_TOKEN: token } = process.env;
  const { WAYLEAVE_TEST_PANEL_USERNAME: username, WAYLEAVE_TEST_PANEL_PASSWORD: password } = process.env;
  if (url === undefined || url === '') return undefined;
  const slashed = url.endsWith('/') ? url : `${url}/`;
  if (token !== undefined && token !== '') return { url: slashed, token };
  if (username === undefined || password === undefined) {
    throw new Error('WAYLEAVE_TEST_PANEL_URL needs WAYLEAVE_TEST_PANEL_TOKEN, or _USERNAME and _PASSWORD');
  }
  return { url: slashed, username, password };
}

async function addInbounds(backdoor: Backdoor): Promise<{ readonly reality: string; readonly ws: string }> {
  const ports = { reality: await freePort(), ws: await freePort() };
  const [reality = '', ws = ''] = await addDrafts(backdoor, demoInbounds({ ports }));
  return { reality, ws };
}

/** Adds inbounds through the panel's own API. @returns their tags */
export async function addDrafts(backdoor: Backdoor, drafts: readonly InboundDraft[]): Promise<readonly string[]> {
  const tags: string[] = [];
  for (const { settings, streamSettings, sniffing, ...plain } of drafts) {
    const json = Object.entries({ settings, streamSettings, sniffing }).map(([key, value]) => [
      key,
      JSON.stringify(value),
    ]);
    const added = await backdoor.raw.post('panel/api/inbounds/add', { ...plain, ...Object.fromEntries(json) });
    tags.push((added as { tag: string }).tag);
  }
  return tags;
}
