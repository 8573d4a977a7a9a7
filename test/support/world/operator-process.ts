import { inject } from 'vitest';
import type { FailpointName } from '../../../src/controllers/failpoints.ts';
import { leaseResource } from '../../../src/kube/index.ts';
import { operatorProgram } from '../operator-program.ts';
import { watchProcess, type WatchedProcess } from './child-process.ts';
import type { World } from './world.ts';

export type OperatorProcess = WatchedProcess;

/** Starts the operator as a process of its own, as production does, for a world's namespace only. */
export function spawnOperator(
  world: World,
  { failpoint = '' }: { failpoint?: FailpointName | '' } = {},
): OperatorProcess {
  const { databaseUrl, namespace } = world;
  const { file, args, env } = operatorProgram({ kubeconfig: inject('kubeconfig'), databaseUrl, namespace });
  return watchProcess({ file, args, env: { ...env, WAYLEAVE_RETRY_PERIOD: '500ms', WAYLEAVE_FAILPOINT: failpoint } });
}

/** What the lease's end does to a process that was killed, without waiting for it. */
export async function expireLease(world: World): Promise<void> {
  await world.client.delete(leaseResource, world.namespace, 'wayleave-operator');
}
