import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { loadKubeClient } from '../../src/kube/index.ts';
import { startControlPlane } from '../support/control-plane.ts';
import { CONTROL_PLANE_TOOLS, ensureTools } from '../support/toolchain.ts';
import { ClientNodeRuntime } from './runtime/client-node.ts';
import { measureNoop } from './runtime/noop.ts';
import { OwnRuntime } from './runtime/own.ts';
import { fill, installWidgets } from './runtime/widgets.ts';

export interface Measurement {
  readonly value: number;
  readonly unit: string;
  readonly target?: string;
}

const listed = 10_000;
const writtenObjects = 500;
const writeForMs = 8_000;

/** One core's worth: what a process does in a second of CPU, whatever else the machine does meanwhile. */
const perCpuSecond = '1/s of CPU';

/**
 * Our runtime and client-node's informer and clients, doing the same on the same real API server: reconciles that write
 * one status each, and the first list of 10,000 objects of 1.6 kB. Memory of the two is not compared: one process.
 */
export async function bench(): Promise<Record<string, Measurement>> {
  const noop = await measureNoop();
  const directory = await mkdtemp(path.join(tmpdir(), 'wayleave-bench-runtime-'));
  const plane = await startControlPlane({ binaries: await ensureTools(CONTROL_PLANE_TOOLS), directory });
  const client = await loadKubeClient({ kubeconfig: plane.kubeconfig, log: silentLog, userAgent: 'wayleave-bench' });
  try {
    await installWidgets(client);
    await fill(client, 'bench-write', writtenObjects);
    const own = new OwnRuntime(client, systemClock);
    const theirs = await ClientNodeRuntime.load(plane.kubeconfig);
    const ownWrites = await own.writePerCpuSecond('bench-write', writeForMs);
    const theirWrites = await theirs.writePerCpuSecond('bench-write', writeForMs);
    await fill(client, 'bench-list', listed);
    const ownListMs = await fastest(() => own.listMs('bench-list', listed));
    const theirListMs = await fastest(() => theirs.listMs('bench-list', listed));
    return {
      reconcile_noop_per_s: { value: noop, unit: perCpuSecond, target: '>= 20000' },
      reconcile_write_per_s: { value: ownWrites, unit: perCpuSecond, target: '>= 2000' },
      client_node_reconcile_write_per_s: { value: theirWrites, unit: perCpuSecond },
      list_10k_ms: { value: ownListMs, unit: 'ms' },
      client_node_list_10k_ms: { value: theirListMs, unit: 'ms' },
    };
  } finally {
    await client.close();
    await plane.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** The least disturbed of five runs. */
async function fastest(run: () => Promise<number>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 5; turn += 1) {
    best = Math.min(best, await run());
  }
  return Math.round(best);
}
