import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort } from '../../processes.ts';
import { XrayApi } from '../../xray-api.ts';
import { startXray, type RunningXray } from '../../xray.ts';
import { coreConfig } from './core-config.ts';
import type { Core, CoreInbound, CoreStatus, TrafficDelta } from './core.ts';
import type { ClientEntry } from './database.ts';

/** A real Xray. Clients come and go through its API; a changed inbound costs a restart. */
export class XrayCore implements Core {
  readonly #binary: string;
  readonly #version: string;
  #running: { readonly xray: RunningXray; readonly api: XrayApi } | undefined;
  #state: CoreStatus['state'] = 'stop';
  #errorMsg = '';

  private constructor(binary: string, version: string) {
    this.#binary = binary;
    this.#version = version;
  }

  static async open(binary: string): Promise<XrayCore> {
    const { stdout } = await promisify(execFile)(binary, ['version']);
    const version = /Xray (\S+)/.exec(stdout)?.[1];
    if (version === undefined) throw new Error(`${binary} does not say its version`);
    return new XrayCore(binary, version);
  }

  status(): CoreStatus {
    const hasDied = this.#state === 'running' && this.#running?.xray.isAlive() !== true;
    return { state: hasDied ? 'error' : this.#state, errorMsg: this.#errorMsg, version: this.#version };
  }

  async restart(inbounds: readonly CoreInbound[]): Promise<void> {
    await this.stop();
    const port = await freePort();
    try {
      const xray = await startXray(this.#binary, coreConfig(inbounds, { api: port }), port);
      this.#running = { xray, api: new XrayApi(port) };
      this.#state = 'running';
      this.#errorMsg = '';
    } catch (error) {
      this.#state = 'error';
      this.#errorMsg = error instanceof Error ? error.message : String(error);
    }
  }

  async stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#state = 'stop';
    running?.api.close();
    await running?.xray.stop();
  }

  async kill(): Promise<void> {
    if (this.#running === undefined) return;
    process.kill(this.#running.xray.process.pid, 'SIGKILL');
    await this.#running.xray.process.exited;
  }

  addInbound(): Promise<boolean> {
    return Promise.resolve(false);
  }

  removeInbound(): Promise<boolean> {
    return Promise.resolve(false);
  }

  addUser(tag: string, { email = '', id = '', flow = '' }: ClientEntry): Promise<boolean> {
    return this.#try((api) => api.addUser(tag, { email, id, flow }));
  }

  removeUser(tag: string, email: string): Promise<boolean> {
    return this.#try((api) => api.removeUser(tag, email), 'not found');
  }

  async takeTraffic(): Promise<ReadonlyMap<string, TrafficDelta>> {
    const taken = new Map<string, TrafficDelta>();
    await this.#try(async (api) => {
      for (const [name, value] of await api.stats('user>>>', true)) {
        const [, email = '', , direction] = name.split('>>>');
        const before = taken.get(email) ?? { up: 0, down: 0 };
        const isUp = direction === 'uplink';
        taken.set(email, { up: before.up + (isUp ? value : 0), down: before.down + (isUp ? 0 : value) });
      }
    });
    return taken;
  }

  /** False when the core is gone or refuses, which a restart with the whole configuration will show. */
  async #try(action: (api: XrayApi) => Promise<void>, harmless?: string): Promise<boolean> {
    if (this.#running === undefined) return false;
    try {
      await action(this.#running.api);
      return true;
    } catch (error) {
      return harmless !== undefined && error instanceof Error && error.message.includes(harmless);
    }
  }
}
