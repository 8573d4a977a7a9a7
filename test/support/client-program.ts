import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { ClientProgram } from './client-documents.ts';
import { startGuarded } from './guarded-process.ts';
import { freePort, waitUntil, withFreePorts } from './processes.ts';
import { fetchByProxy } from './xray-client.ts';
import { accepts } from './xray.ts';

/** What the program's own parser has against a configuration; undefined when it accepts it. */
export async function refusalOf(
  { checkArguments }: ClientProgram,
  binary: string,
  config: string,
): Promise<string | undefined> {
  return inFolderWith(config, async (file, folder) => {
    try {
      await promisify(execFile)(binary, checkArguments(file, folder), { cwd: folder, maxBuffer: 1 << 24 });
      return undefined;
    } catch (error) {
      const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
      // Not started, or killed: no verdict.
      if (typeof code !== 'number') throw error;
      const lines = `${stdout}\n${stderr}`.trim().split('\n');
      return lines.findLast((line) => /panic:|level=error|FATAL|Failed/.test(line)) ?? lines.at(-1) ?? '';
    }
  });
}

export interface RunningClient {
  /** Fetches a page through the client, over a connection of its own. @throws Error when that fails */
  fetch(url: string): Promise<string>;
  stop(): Promise<void>;
}

/** What surrounds a client. */
export interface ClientWorld {
  /** PEM of authorities to trust in the place of the system's, as certificates of real servers are trusted. */
  readonly trusted?: string;
  /**
   * A page of the home network, which goes around the tunnel: the client is ready when it brings that. mihomo listens a
   * moment before it takes care of connections.
   */
  readonly homePage?: string;
}

/**
 * Runs a client program with a configuration until its proxy listens.
 *
 * @throws Error with the end of its log when it ends before that
 */
export async function startClient(
  program: ClientProgram,
  binary: string,
  config: string,
  world: ClientWorld = {},
): Promise<RunningClient> {
  return withFreePorts(() => startOnce(program, binary, config, world));
}

async function startOnce(
  program: ClientProgram,
  binary: string,
  config: string,
  { trusted, homePage }: ClientWorld,
): Promise<RunningClient> {
  const port = await freePort();
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-client-'));
  const inside = (name: string): string => path.join(folder, name);
  const adapted = program.adapted(config, port);
  const file = inside(fileNameFor(adapted));
  await writeFile(file, adapted, { mode: 0o600 });
  if (trusted !== undefined) await writeFile(inside('authorities.pem'), trusted);
  const client = await startGuarded({
    file: binary,
    args: program.runArguments(file, folder),
    cwd: folder,
    // All three are written in Go, which reads this; a folder that is not there keeps the system's own out.
    ...(trusted === undefined
      ? {}
      : { env: { ...process.env, SSL_CERT_FILE: inside('authorities.pem'), SSL_CERT_DIR: inside('none') } }),
    logFile: inside('log'),
    graceMs: 2000,
  });
  let isAlive = true;
  void client.exited.then(() => {
    isAlive = false;
  });
  const stop = async (): Promise<void> => {
    await client.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil(`${program.tool} listens`, async () => !isAlive || (await accepts(port)));
    if (homePage !== undefined) {
      await waitUntil(`${program.tool} is ready`, async () => !isAlive || (await brings(port, homePage)));
    }
    if (!isAlive) throw new Error(`${program.tool} ended at once: ${await client.logTail(5)}`);
  } catch (error) {
    await stop();
    throw error;
  }
  const fetch = async (url: string): Promise<string> => {
    try {
      return await fetchByProxy(port, url, { isTunnelled: true });
    } catch (cause) {
      throw new Error(`${program.tool} brought no page: ${await client.logTail(6)}`, { cause });
    }
  };
  return { fetch, stop };
}

async function inFolderWith<T>(config: string, use: (file: string, folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-document-'));
  try {
    const file = path.join(folder, fileNameFor(config));
    await writeFile(file, config, { mode: 0o600 });
    return await use(file, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Xray tells the kind of a file by its name. */
function fileNameFor(config: string): string {
  return config.startsWith('{') ? 'config.json' : 'config.yaml';
}

async function brings(port: number, url: string): Promise<boolean> {
  try {
    await fetchByProxy(port, url, { isTunnelled: true });
    return true;
  } catch {
    // Not yet: the caller waits for it, and gives up by itself.
    return false;
  }
}
