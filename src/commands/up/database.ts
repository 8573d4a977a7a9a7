import { startPostgres } from '../../../test/support/postgres.ts';
import type { DataDirectory } from './data-directory.ts';

const databaseName = 'wayleave';

export interface Database {
  readonly url: string;
  readonly description: string;
  stop(): Promise<void>;
}

/** The given Postgres, else one of our own under the data folder, whose data stay when it stops. */
export async function startDatabase(given: string | undefined, data: DataDirectory): Promise<Database> {
  if (given !== undefined) {
    return { url: given, description: 'the one of DATABASE_URL', stop: () => Promise.resolve() };
  }
  const postgres = await startPostgres({ directory: data.postgres, durable: true });
  try {
    const found = await postgres.query('select from pg_database where datname = $1', [databaseName]);
    if (found.length === 0) await postgres.createDatabase(databaseName);
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return {
    url: postgres.urlOf(databaseName),
    description: `embedded, on port ${postgres.port}`,
    stop: () => postgres.stop(),
  };
}
