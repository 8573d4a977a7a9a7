import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';
import { freePort, waitUntil } from './processes.ts';

export interface RealPanelOptions {
  /** The program 3x-ui. */
  readonly panel: string;
  /** The program Xray. */
  readonly xray: string;
  /** Default: a random one. */
  readonly basePath?: string;
  /** Whether it serves subscriptions. Default: no. */
  readonly servesSubscriptions?: boolean;
}

export interface RealPanel {
  /** With the base path, ending in a slash. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** Of the panel itself; its core is a child. */
  readonly pid: number;
  /** Where a subscription's id goes behind, if it serves them. */
  readonly subscriptionsUrl: string | undefined;
  stop(): Promise<void>;
}

/** Starts a 3x-ui below v3 with a fresh database and its own Xray, all on the loopback. Several may run at a time. */
export async function startRealThreeXui(options: RealPanelOptions): Promise<RealPanel> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-3x-ui-'));
  try {
    return await startIn(folder, options);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string, options: RealPanelOptions): Promise<RealPanel> {
  const inside = (name: string): string => path.join(folder, name);
  for (const name of ['db', 'log', 'bin']) await mkdir(inside(name));
  // The panel looks for its core under the name that its own releases use.
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  await copyFile(options.xray, path.join(inside('bin'), `xray-${process.platform}-${architecture}`));
  const env = {
    PATH: process.env['PATH'],
    XUI_DB_FOLDER: inside('db'),
    XUI_LOG_FOLDER: inside('log'),
    XUI_BIN_FOLDER: inside('bin'),
    XUI_ENABLE_FAIL2BAN: 'false',
  };
  const [username, password] = ['operator', randomBytes(12).toString('hex')];
  const basePath = options.basePath ?? `/${randomBytes(4).toString('hex')}/`;
  const port = await freePort();
  const settings = ['-username', username, '-password', password, '-port', String(port), '-webBasePath', basePath];
  const run = promisify(execFile);
  await run(options.panel, ['setting', ...settings, '-listenIP', '127.0.0.1'], { cwd: folder, env });
  const subscriptionPort = options.servesSubscriptions === true ? await freePort() : undefined;
  await writeSettings(path.join(inside('db'), 'x-ui.db'), {
    ...(subscriptionPort === undefined
      ? { subEnable: 'false' }
      : { subEnable: 'true', subListen: '127.0.0.1', subPort: String(subscriptionPort) }),
    xrayTemplateConfig: JSON.stringify(coreTemplate(await freePort())),
  });
  const program = await startGuarded({ file: options.panel, cwd: folder, env, logFile: inside('panel.log') });
  const url = `http://127.0.0.1:${port}${basePath}`;
  const stop = async (): Promise<void> => {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil('3x-ui answers', () => isServing(url, program));
  } catch (error) {
    await stop();
    throw error;
  }
  const subscriptionsUrl = subscriptionPort === undefined ? undefined : `http://127.0.0.1:${subscriptionPort}/sub/`;
  return { url, username, password, pid: program.pid, subscriptionsUrl, stop };
}

async function isServing(url: string, program: GuardedProcess): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    const exit = await Promise.race([program.exited, Promise.resolve(undefined)]);
    if (exit !== undefined) throw new Error(`3x-ui ended with ${exit}: ${await program.logTail()}`);
    return false;
  }
}

/** Settings that its own command line does not know. */
async function writeSettings(file: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const database = new DatabaseSync(file);
  try {
    const insert = database.prepare('insert into settings(key, value) values (?, ?)');
    for (const [key, value] of Object.entries(settings)) insert.run(key, value);
  } finally {
    database.close();
  }
}

/**
 * What the panel starts Xray with, beside its inbounds. Its own template has fixed ports, on which two panels would
 * collide, and a rule that needs geographic data and forbids the loopback, where the tests' pages are.
 */
function coreTemplate(apiPort: number): object {
  return {
    log: { access: 'none', loglevel: 'warning' },
    api: { tag: 'api', services: ['HandlerService', 'LoggerService', 'StatsService'] },
    inbounds: [
      { tag: 'api', listen: '127.0.0.1', port: apiPort, protocol: 'tunnel', settings: { address: '127.0.0.1' } },
    ],
    outbounds: [{ tag: 'direct', protocol: 'freedom', settings: {} }],
    routing: { rules: [{ type: 'field', inboundTag: ['api'], outboundTag: 'api' }] },
    policy: {
      levels: { '0': { statsUserDownlink: true, statsUserUplink: true } },
      system: { statsInboundDownlink: true, statsInboundUplink: true },
    },
    stats: {},
  };
}
