import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect } from 'node:net';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';
import { waitUntil } from './processes.ts';

export interface RunningXray {
  readonly process: GuardedProcess;
  /** Whether it is still running. */
  readonly isAlive: () => boolean;
  stop(): Promise<void>;
}

/**
 * Runs Xray with a configuration until it listens on `port`.
 *
 * @throws Error with the end of Xray's log when it ends before that, as it does for an invalid configuration
 */
export async function startXray(binary: string, config: object, port: number): Promise<RunningXray> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-xray-'));
  const file = path.join(folder, 'config.json');
  await writeFile(file, JSON.stringify(config), { mode: 0o600 });
  const process = await startGuarded({
    file: binary,
    args: ['run', '-c', file],
    cwd: folder,
    logFile: path.join(folder, 'xray.log'),
    graceMs: 2000,
  });
  let isAlive = true;
  void process.exited.then(() => {
    isAlive = false;
  });
  const stop = async (): Promise<void> => {
    await process.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const isReady = async (): Promise<boolean> => !isAlive || (await accepts(port));
  await waitUntil(`xray listens on ${port}`, isReady);
  if (!isAlive) {
    const words = await process.logTail(5);
    await stop();
    throw new Error(words);
  }
  return { process, isAlive: () => isAlive, stop };
}

/** Whether something on the loopback takes a connection on this port. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}
