#!/usr/bin/env node
import type { Host, StopRequest } from './commands/host.ts';
import { runCommandLine } from './commands/program.ts';

let reportCrash = (error: unknown): void => {
  process.stderr.write(`wayleave: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
};

const host: Host = {
  argv: process.argv.slice(2),
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  onStopRequest(listener: (request: StopRequest) => void) {
    process.on('SIGTERM', () => listener('SIGTERM'));
    process.on('SIGINT', () => listener('SIGINT'));
  },
  onCrash(listener) {
    reportCrash = listener;
  },
  exitNow: (code) => process.exit(code),
};

// A process in an unknown state must not go on writing to panels: whoever started it starts it again.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    reportCrash(error);
    process.exit(1);
  });
}

// Not process.exitCode: a socket that somebody forgot must not keep a finished command alive.
process.exit(await runCommandLine(host));
