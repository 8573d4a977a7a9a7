import { optional, required } from '../option.ts';
import { dataFolder } from '../up/data-option.ts';
import { flag, postgresUrl, text } from '../value-kinds.ts';

/** Settings that all commands for people on call share. */
export const ledgerOptions = {
  databaseUrl: optional({
    flag: '--database-url <url>',
    variable: 'DATABASE_URL',
    summary: 'the Postgres of the shop; without it that of a running "wayleave up"',
    kind: postgresUrl,
    secret: true,
  }),
  data: dataFolder,
};

export const json = optional({ flag: '--json', summary: 'for programs: fields are only ever added', kind: flag });

export const dryRun = optional({ flag: '--dry-run', summary: 'show what it would do, and change nothing', kind: flag });

export const author = optional({
  flag: '--author <name>',
  variable: 'WAYLEAVE_AUTHOR',
  summary: 'who does it, for the record; without it the user and the machine',
  kind: text,
});

export const reason = required({
  flag: '--reason <text>',
  summary: 'why, for the record; the customer does not see it',
  kind: text,
});

const requestId = optional({
  flag: '--request-id <id>',
  summary: 'makes calls with the same id one act, so that a call whose outcome is unknown can be repeated',
  kind: text,
});

/** Whoever changes something says who he is and why. */
export const actOptions = { reason, author, requestId, ...ledgerOptions };

export const shop = optional({
  flag: '--shop <name>',
  summary: 'name of the VPNShop, or namespace/name; may be left out where there is only one',
  kind: text,
});
