import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { inject } from 'vitest';
import type { FailpointName } from '../../../src/controllers/failpoints.ts';
import { leaseResource } from '../../../src/kube/index.ts';
import { operatorProgram } from '../operator-program.ts';
import type { World } from './world.ts';

export interface OperatorProcess {
  readonly child: ChildProcess;
  /** What it logged so far. */
  log(): string;
  /** Resolves with the signal or exit code that ended it. */
  readonly ended: Promise<NodeJS.Signals | number | null>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts the operator as a process of its own, as production does, for a world's namespace only. */
export function spawnOperator(
  world: World,
  { failpoint = '' }: { failpoint?: FailpointName | '' } = {},
): OperatorProcess {
  const { databaseUrl, namespace } = world;
  const { file, args, env } = operatorProgram({ kubeconfig: inject('kubeconfig'), databaseUrl, namespace });
  const child = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...env, WAYLEAVE_RETRY_PERIOD: '500ms', WAYLEAVE_FAILPOINT: failpoint },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (output = (output + text).slice(-100_000)));
  }
  const ended = once(child, 'exit').then(
    ([code, signal]: (NodeJS.Signals | number | null)[]) => signal ?? code ?? null,
  );
  return {
    child,
    log: () => output,
    ended,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      await ended;
    },
  };
}

/** What the lease's end does to a process that was killed, without waiting for it. */
export async function expireLease(world: World): Promise<void> {
  await world.client.delete(leaseResource, world.namespace, 'wayleave-operator');
}
