import type { TestProject } from 'vitest/node';
import { startEnvironment, type Environment } from './environment.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a kubeconfig of a cluster administrator. The API server is shared by all test files of a run. */
    kubeconfig: string;
    /** The superuser's URL of an empty database. The server is shared by all test files of a run. */
    postgres: { url: string };
  }
}

/** Vitest loads this file once for each project, and the projects share one environment: it hangs on the process. */
interface SharedEnvironment {
  users: number;
  readonly environment: Promise<Environment>;
}

const SHARED = Symbol.for('wayleave test environment');
const onProcess = globalThis as { [SHARED]?: SharedEnvironment };

/** Starts one control plane with our CRDs and one Postgres for all projects that ask. Returns the teardown. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (onProcess[SHARED] ??= {
    users: 0,
    environment: startEnvironment((line) => {
      console.error(line);
    }),
  });
  shared.users += 1;
  const environment = await shared.environment;
  project.provide('kubeconfig', environment.plane.kubeconfig);
  project.provide('postgres', { url: environment.postgres.url });
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete onProcess[SHARED];
    await environment.stop();
  };
}
