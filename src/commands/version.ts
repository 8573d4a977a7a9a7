import { buildCommit, buildVersion } from './build.ts';
import { defineCommand } from './command.ts';
import { exitCodes } from './host.ts';

export const version = defineCommand({
  name: 'version',
  summary: 'print the versions of wayleave, Node and the database schema that it needs',
  description:
    'Prints what this build is: its own version, the commit it was built from (sources that run as they are have none), the ' +
    'Node that runs it, and the newest migration that it knows, which is the schema that its commands need.',
  options: {},
  examples: [['wayleave version', 'What to write into a bug report.']],
  run: async ({ host }) => {
    const { readMigrations } = await import('../store/migration-files.ts');
    const schema = (await readMigrations()).at(-1)?.version ?? 'none';
    const commit = buildCommit ?? 'none: these are sources';
    host.stdout.write(
      `wayleave ${buildVersion}\ncommit   ${commit}\nnode     ${process.version}\nschema   ${schema}\n`,
    );
    return exitCodes.success;
  },
});
