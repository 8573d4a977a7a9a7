import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';

import { type GuardedProcess, startGuarded } from '../../support/guarded-process.ts';
import { freePort, waitUntil } from '../../support/processes.ts';
import { type Answer, fetchAnswer } from './support.ts';

export interface ServiceProcess {
  readonly process: GuardedProcess;
  /** Of the health server; -1 while nobody answers. */
  ready(): Promise<number>;
  ask(path: string): Promise<Answer>;
}

export interface ServiceProcessSettings {
  readonly databaseUrl: string;
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A folder that is gone after the test. */
export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-snapshot-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The subscription service as a process of its own, as production runs it. */
export async function startServiceProcess(settings: ServiceProcessSettings): Promise<ServiceProcess> {
  const [port, health] = [await freePort(), await freePort()];
  const program = await startGuarded({
    file: process.execPath,
    args: [path.resolve(import.meta.dirname, '../../../src/main.ts'), 'subscriptions'],
    env: {
      ...process.env,
      DATABASE_URL: settings.databaseUrl,
      WAYLEAVE_LISTEN: `127.0.0.1:${port}`,
      WAYLEAVE_HEALTH_LISTEN: `127.0.0.1:${health}`,
      WAYLEAVE_LOG_FORMAT: 'json',
      ...settings.env,
    },
    logFile: path.join(settings.folder, `service-${port}.log`),
  });
  onTestFinished(() => program.stop());
  const ready = async (): Promise<number> => {
    try {
      return (await fetch(`http://127.0.0.1:${health}/readyz`)).status;
    } catch (error) {
      if (error instanceof TypeError) return -1;
      throw error;
    }
  };
  await waitUntil('it serves its health', async () => (await ready()) !== -1);
  return { process: program, ready, ask: (asked) => fetchAnswer(`http://127.0.0.1:${port}${asked}`) };
}
