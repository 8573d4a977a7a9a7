import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startControlPlane, type ControlPlane } from './control-plane.ts';
import { startPostgres, type Postgres } from './postgres.ts';
import { isRunning } from '../../src/commands/up/processes.ts';
import { CONTROL_PLANE_TOOLS, ensureTools, type Progress } from './toolchain.ts';

/** What tests and benches stand on: a control plane that serves our resources, and a Postgres. */
export interface Environment {
  readonly plane: ControlPlane;
  readonly postgres: Postgres;
  /** Goes with the environment. */
  readonly directory: string;
  stop(): Promise<void>;
}

/**
 * Starts one control plane with our CRDs and one Postgres, in a temporary directory. Nothing of it outlives this process
 * but files, if it is killed, and the next start removes those.
 */
export async function startEnvironment(progress: Progress): Promise<Environment> {
  await sweepKilledRuns();
  const binaries = await ensureTools(CONTROL_PLANE_TOOLS, progress);
  const directory = await mkdtemp(path.join(tmpdir(), `${PREFIX}${process.pid}-`));
  // Postgres runs as another user when we are root and must pass through; what is inside is closed by itself.
  await chmod(directory, 0o711);
  const [plane, postgres] = await Promise.allSettled([
    startControlPlane({ binaries, directory: path.join(directory, 'kubernetes') }),
    startPostgres({ directory: path.join(directory, 'postgres') }),
  ]);
  const stop = async (): Promise<void> => {
    await Promise.all(
      [plane, postgres].map(async (started) => (started.status === 'fulfilled' ? started.value.stop() : undefined)),
    );
    await rm(directory, { recursive: true, force: true });
  };
  try {
    if (plane.status === 'rejected') throw plane.reason;
    if (postgres.status === 'rejected') throw postgres.reason;
    await plane.value.applyCrds(await crdFiles());
    // After the CRDs: it would notice their kinds only at its next discovery, half a minute later.
    await plane.value.startControllerManager();
    return { plane: plane.value, postgres: postgres.value, directory, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function crdFiles(): Promise<string[]> {
  const folder = path.resolve(import.meta.dirname, '../../crds');
  return (await readdir(folder)).filter((name) => name.endsWith('.yaml')).map((name) => path.join(folder, name));
}

const PREFIX = 'wayleave-test-';

/** A killed run's programs ended with it; its files did not. */
async function sweepKilledRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(name.startsWith(PREFIX) ? name.slice(PREFIX.length).split('-')[0] : Number.NaN);
    if (Number.isInteger(pid) && !isRunning(pid)) await rm(path.join(tmpdir(), name), { recursive: true, force: true });
  }
}
