import type { Host, StopRequest } from '../../../src/commands/host.ts';

export interface ScriptedHost extends Host {
  readonly out: () => string;
  readonly err: () => string;
  readonly send: (request: StopRequest) => void;
}

/** A process made of memory: what was said can be read, and signals are sent by calling a function. */
export function scriptedHost(argv: readonly string[], env: NodeJS.ProcessEnv = {}): ScriptedHost {
  let out = '';
  let err = '';
  const listeners: ((request: StopRequest) => void)[] = [];
  return {
    argv,
    env,
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    onStopRequest: (listener) => listeners.push(listener),
    onCrash: () => undefined,
    exitNow: (code): never => {
      throw new Error(`exited with ${code}`);
    },
    out: () => out,
    err: () => err,
    send: (request) => listeners.forEach((listener) => listener(request)),
  };
}
