import { readdir, readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { Client } from 'pg';
import { startPostgres } from '../postgres.ts';
import type { Runtime } from './runtime.ts';

/**
 * What the image of PostgreSQL does, as far as the chart relies on it: a database of the name of POSTGRES_DB, and on the
 * first start what is in /docker-entrypoint-initdb.d. It listens on the pod's address, through a relay.
 */
export const runPostgres: Runtime = async ({ env, folders, podIP }) => {
  const data = folders.get('data');
  const scripts = folders.get('roles');
  if (data === undefined || scripts === undefined) throw new Error('the pod has no volumes "data" and "roles"');
  const postgres = await startPostgres({ directory: path.join(data, 'postgres') });
  const database = env['POSTGRES_DB'] ?? 'postgres';
  const [known] = await postgres.query('select from pg_database where datname = $1', [database]);
  if (known === undefined) {
    await postgres.createDatabase(database);
    await runScripts(postgres.urlOf(database), scripts);
  }
  const relay = createServer((incoming) => {
    const onward = connect(postgres.port, '127.0.0.1');
    incoming.pipe(onward).pipe(incoming);
    incoming.on('error', () => onward.destroy());
    onward.on('error', () => incoming.destroy());
  });
  relay.listen(5432, podIP);
  await once(relay, 'listening');
  const ended = Promise.withResolvers<number>();
  return {
    exited: ended.promise,
    isWell: async () => (await postgres.query('select 1')).length === 1,
    async stop() {
      relay.close();
      await postgres.stop();
      ended.resolve(0);
    },
  };
};

async function runScripts(url: string, folder: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const name of (await readdir(folder)).filter((file) => file.endsWith('.sql')).toSorted()) {
      await client.query(await readFile(path.join(folder, name), 'utf8'));
    }
  } finally {
    await client.end();
  }
}
