import { access, rm } from 'node:fs/promises';
import { postgresDataDirectory } from '../../../test/support/postgres.ts';
import { type DataDirectory, resetDataDirectory, shortPath } from './data-directory.ts';
import { deleteKindCluster, kindClusterName } from './kind-cluster.ts';
import type { Screen } from './screen.ts';

interface Elsewhere {
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  readonly databaseUrl: string | undefined;
}

/** Deletes what earlier runs made, having said what. A cluster or a database that a person brought is his and stays. */
export async function resetData(data: DataDirectory, elsewhere: Elsewhere, screen: Screen): Promise<void> {
  if (await exists(data.kindMark)) {
    screen.line(`  reset: deleting kind cluster "${kindClusterName}"`);
    await deleteKindCluster();
  }
  // As root it may lie outside the data folder, where the user that Postgres runs as can reach it.
  if (await exists(data.postgres))
    await rm(await postgresDataDirectory(data.postgres), { recursive: true, force: true });
  const deleted = await resetDataDirectory(data);
  const where = shortPath(data.path);
  screen.line(
    deleted.length === 0 ? `  reset: ${where} was empty` : `  reset: deleted ${deleted.join(', ')} in ${where}`,
  );
  if (elsewhere.kubeconfig !== undefined || elsewhere.context !== undefined) {
    screen.line('  reset: resources in your own cluster stay; delete them with kubectl');
  }
  if (elsewhere.databaseUrl !== undefined) screen.line('  reset: the database of DATABASE_URL stays');
}

async function exists(file: string): Promise<boolean> {
  try {
    await access(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
