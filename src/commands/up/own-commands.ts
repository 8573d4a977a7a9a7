import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { CommandError } from '../command-error.ts';
import type { DataDirectory } from './data-directory.ts';
import { runProgram } from './run-program.ts';
import type { Screen } from './screen.ts';
import { SupervisedProcess } from './supervised-process.ts';

const entry = join(import.meta.dirname, '..', '..', 'main.ts');
const migrateTimeoutMs = 120_000;
/** A little more than `--drain-timeout`, so that a drain is never cut by us. */
const stopGraceMs = 15_000;
const drainTimeout = '10s';

export interface OwnCommands {
  readonly data: DataDirectory;
  readonly env: NodeJS.ProcessEnv;
  readonly screen: Screen;
  readonly clock: Clock;
  readonly remember: (pid: number) => Promise<void>;
}

/** @returns what the command said about the schema */
export async function runMigrate(databaseUrl: string, env: NodeJS.ProcessEnv): Promise<string> {
  const result = await runProgram(process.execPath, [entry, 'migrate'], migrateTimeoutMs, {
    ...env,
    DATABASE_URL: databaseUrl,
  });
  if (result.exitCode !== 0)
    throw new CommandError(result.stderr.replace(/^wayleave: /, '').trim(), { retry: 'later' });
  return result.stdout.trim();
}

/**
 * Starts a long-running command of this very program as a process of its own, the way production does, and keeps it
 * running. The database URL goes by the environment, so that it shows in no process list.
 */
export async function startCommand(
  name: 'operator' | 'subscriptions' | 'bot',
  flags: readonly string[],
  databaseUrl: string,
  { data, env, screen, clock, remember }: OwnCommands,
): Promise<SupervisedProcess> {
  const logFile = join(data.logs, `${name}.log`);
  const { KUBECONFIG: _, ...rest } = env;
  return SupervisedProcess.start(
    {
      file: process.execPath,
      args: [entry, name, ...flags, '--drain-timeout', drainTimeout, '--log-format', 'json'],
      // Nobody balances before it, and somebody at a terminal waits.
      env: { ...rest, DATABASE_URL: databaseUrl, WAYLEAVE_DRAIN_DELAY: '0s' },
      logFile,
      graceMs: stopGraceMs,
    },
    {
      clock,
      remember,
      onDeath: ({ exitCode, retryInMs, lastLine }) => {
        screen.warn(`the ${name} ended with code ${exitCode} (${saidIn(lastLine)}); again in ${retryInMs / 1000} s`);
      },
    },
  );
}

/** The message of a JSON log line; whatever else a dying program wrote comes as it is. */
function saidIn(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { readonly msg?: unknown };
    return typeof msg === 'string' ? msg : line;
  } catch (error) {
    if (error instanceof SyntaxError) return line;
    throw error;
  }
}
