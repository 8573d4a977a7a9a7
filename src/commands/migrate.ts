import { defineCommand } from './command.ts';
import { exitCodes } from './host.ts';
import { databaseUrl } from './options.ts';

export const migrate = defineCommand({
  name: 'migrate',
  summary: 'bring the database schema up to date',
  description:
    'Applies the migrations that the database lacks, one transaction each, and grants the roles wayleave_operator, ' +
    'wayleave_subscriptions and wayleave_bot what they need. Any number may run at once; it does nothing when there is ' +
    'nothing to do. The schema only grows, so the previous version goes on working while a new one is rolled out.',
  options: { databaseUrl },
  examples: [
    ['wayleave migrate --database-url postgres://owner:secret@db:5432/wayleave', 'As the owner of the schema.'],
    ['DATABASE_URL=postgres://… wayleave migrate', 'The same, with nothing in the process list.'],
  ],
  run: async ({ host, options }) => {
    const [{ createLogger }, store] = await Promise.all([
      import('../telemetry/logger.ts'),
      import('../store/index.ts'),
    ]);
    // The result goes to stdout; what went on meanwhile does not belong there.
    const log = createLogger({ level: 'warn', pretty: host.stderr.isTTY === true, destination: host.stderr });
    const { applied, version, unknown } = await store.migrate({ databaseUrl: options.databaseUrl, log });
    const what = applied.length === 0 ? 'nothing to do' : `applied ${applied.join(', ')}`;
    const newer = unknown.length === 0 ? '' : `; made by a newer wayleave: ${unknown.join(', ')}`;
    host.stdout.write(`schema ${version}: ${what}${newer}\n`);
    return exitCodes.success;
  },
});
