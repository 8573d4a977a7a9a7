import { randomUUID } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { inject } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { migrate } from '../../src/store/index.ts';

export interface FreshDatabase {
  readonly name: string;
  /** The superuser's URL. */
  readonly url: string;
  /** Cuts off whoever is connected. Not needed at the end of a test: the server goes with the run. */
  drop(): Promise<void>;
}

const TEMPLATE = 'wayleave_template';
/** "template" in ASCII. */
const TEMPLATE_LOCK = '8387229063778890853';

/** Makes a database that no other test uses, with the current schema unless `empty` is asked for. */
export async function freshDatabase({ empty = false }: { readonly empty?: boolean } = {}): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await asSuperuser(async (client) => {
    if (!empty) await ensureTemplate(client);
    await client.query(`CREATE DATABASE ${name}${empty ? '' : ` TEMPLATE ${TEMPLATE}`}`);
  });
  return {
    name,
    url: urlOf(name),
    drop: () =>
      asSuperuser(async (client) => void (await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`))),
  };
}

/** Migrates once a run; the others wait for the first. It gets its name when it is complete. */
async function ensureTemplate(client: Client): Promise<void> {
  await client.query(`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`);
  const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
  if (rowCount === 0) {
    const draft = `${TEMPLATE}_draft`;
    await client.query(`DROP DATABASE IF EXISTS ${draft} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${draft}`);
    await migrate({ databaseUrl: urlOf(draft), log: silentLog });
    await client.query(`ALTER DATABASE ${escapeIdentifier(draft)} RENAME TO ${TEMPLATE}`);
  }
  await client.query(`SELECT pg_advisory_unlock(${TEMPLATE_LOCK})`);
}

async function asSuperuser(action: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString: inject('postgres').url });
  await client.connect();
  try {
    await action(client);
  } finally {
    await client.end();
  }
}

function urlOf(database: string): string {
  const url = new URL(inject('postgres').url);
  url.pathname = `/${database}`;
  return url.href;
}
