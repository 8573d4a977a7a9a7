import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { commandLineOf } from './processes.ts';
import type { DataDirectory } from './data-directory.ts';

/** What a running `up` tells other commands of the same checkout. Holds a database URL: readable by its owner only. */
export interface RunningUp {
  readonly pid: number;
  /** Process ids are used again; together with this they are not. */
  readonly commandLine: string;
  readonly controlSocket: string;
  readonly kubeconfig: string;
  readonly databaseUrl: string;
  readonly publicUrl: string;
  /** Of the simulated Telegram; absent in what an older version wrote. */
  readonly telegramApiUrl?: string;
  /** `host:port` of health and metrics, by command. */
  readonly health?: Readonly<Record<'operator' | 'subscriptions' | 'bot', string>>;
  /** Folder of the logs. */
  readonly logs?: string;
}

export async function publishRunning(
  data: DataDirectory,
  facts: Omit<RunningUp, 'pid' | 'commandLine'>,
): Promise<void> {
  const running: RunningUp = { ...facts, pid: process.pid, commandLine: (await commandLineOf(process.pid)) ?? '' };
  // In one step, because others read it at any time.
  await writeFile(`${data.running}.new`, JSON.stringify(running), { mode: 0o600 });
  await rename(`${data.running}.new`, data.running);
}

export async function withdrawRunning(data: DataDirectory): Promise<void> {
  await rm(data.running, { force: true });
}

/** Whether the last run had no chance to withdraw what it published. To be asked while no other can be running. */
export async function wasKilled(data: DataDirectory): Promise<boolean> {
  return (await readRunning(data)) !== undefined;
}

/** The `up` that runs on this folder and is ready, or undefined. */
export async function findRunningUp(data: DataDirectory): Promise<RunningUp | undefined> {
  const running = await readRunning(data);
  if (running === undefined) return undefined;
  return (await commandLineOf(running.pid)) === running.commandLine ? running : undefined;
}

async function readRunning(data: DataDirectory): Promise<RunningUp | undefined> {
  try {
    return JSON.parse(await readFile(data.running, 'utf8')) as RunningUp;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // EACCES: it belongs to another user, whose panels and secrets are none of ours.
    if (code === 'ENOENT' || code === 'EACCES') return undefined;
    throw error;
  }
}
