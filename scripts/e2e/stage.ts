import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { describeError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { exitCodes, type StopRequest } from '../../src/commands/host.ts';
import { abortOnStopRequest } from '../../src/commands/lifecycle.ts';
import { Screen } from '../../src/commands/up/screen.ts';
import { UsageError } from '../../src/commands/usage-error.ts';

/** What a run has to work with. */
export interface Stage {
  readonly screen: Screen;
  /** Aborts at the first Ctrl-C; a second one ends the process. */
  readonly signal: AbortSignal;
  /** Of this run alone; goes with it. Nobody else reads it. */
  readonly folder: string;
}

/** Runs a command of `scripts` to its end. @returns the exit code */
export async function onStage(work: (stage: Stage) => Promise<void>): Promise<number> {
  const screen = new Screen(process.stdout, systemClock, process.env);
  const signal = stopSignal(screen);
  const folder = await mkdtemp(path.join(tmpdir(), 'wayleave-e2e-'));
  const startedMs = performance.now();
  try {
    await work({ screen, signal, folder });
    screen.line(`\n${screen.style('green', 'The story was played to its end')} (${elapsed(startedMs)})`);
    return exitCodes.success;
  } catch (error) {
    if (signal.aborted) {
      screen.line('\nStopped.');
      return 130;
    }
    if (error instanceof UsageError) {
      console.error(error.message);
      return exitCodes.usage;
    }
    screen.line(`\n${screen.style('red', 'It did not go well:')} ${describeError(error)}`);
    return exitCodes.failure;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function elapsed(startedMs: number): string {
  return `${((performance.now() - startedMs) / 1000).toFixed(0)} s`;
}

function stopSignal(screen: Screen): AbortSignal {
  const host = {
    argv: process.argv.slice(2),
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    onStopRequest(listener: (request: StopRequest) => void) {
      process.on('SIGTERM', () => listener('SIGTERM'));
      process.on('SIGINT', () => listener('SIGINT'));
    },
    onCrash: () => undefined,
    exitNow: (code: number) => process.exit(code),
  };
  const signal = abortOnStopRequest(host, silentLog, systemClock);
  signal.addEventListener('abort', () => {
    screen.line('Stopping, and taking down what there is. Once more leaves everything as it is.');
  });
  return signal;
}
