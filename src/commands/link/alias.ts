import { defineCommand, defineGroup } from '../command.ts';
import { exitCodes } from '../host.ts';
import { author, dryRun, json, ledgerOptions } from '../ledger/options.ts';
import { optional } from '../option.ts';
import { instant } from '../value-kinds.ts';

const subscription = {
  name: 'subscription',
  summary: 'name, namespace/name, id or short id of a VPNSubscription, or the Telegram id of its customer',
};

const address = {
  name: 'address',
  summary: 'the old address, its path, or the token in it; - reads it from standard input',
};

const ends = optional({
  flag: '--ends <date>',
  summary: 'from then on it answers a notice for 15 minutes, then nothing; without it it goes on for good',
  kind: instant,
});

const add = defineCommand({
  name: 'add',
  summary: 'let an address of another product lead to a subscription',
  description:
    'The address itself is not stored, only a hash of it. It answers under the path that it had where that is one of ' +
    '/sub, /json, /clash or /api/sub; for another path, let the proxy in front rewrite it. Adding it again changes its end.',
  arguments: [subscription, address],
  options: { ends, author, ...ledgerOptions },
  examples: [
    ['wayleave link alias add alice https://old.example.com:2096/sub/k3j5h2l1p9q8w7e6', 'A subId of 3x-ui.'],
    ['wayleave link alias add alice - < address.txt', 'Without leaving it in the history of the shell.'],
  ],
  run: async ({ host, options, arguments: [text = '', old = ''] }) => {
    const { addOneAlias } = await import('./change-aliases.ts');
    await addOneAlias(host, text, old, options);
    return exitCodes.success;
  },
});

const importAll = defineCommand({
  name: 'import',
  summary: 'add the addresses of a file',
  description:
    'Reads lines "subscription,address" or "subscription,address,end" of a CSV file, with or without a heading. A line that ' +
    'cannot be used is named by its number and left out, all others are done, and the exit code is 1. Can be repeated: what ' +
    'is there already stays as it is.',
  arguments: [{ name: 'file', summary: 'the CSV file, in UTF-8; - reads standard input' }],
  options: { ends, dryRun, author, ...ledgerOptions },
  examples: [
    ['wayleave link alias import aliases.csv --dry-run', 'Check every line first; nothing is changed.'],
    ['wayleave link alias import aliases.csv --ends 2027-06-30', 'Those without an end of their own go on until then.'],
  ],
  run: async ({ host, options, arguments: [file = ''] }) => {
    const { importAliases } = await import('./import-aliases.ts');
    return (await importAliases(host, file, options)) ? exitCodes.success : exitCodes.failure;
  },
});

const list = defineCommand({
  name: 'list',
  summary: 'which addresses of other products lead to a subscription',
  description: 'By the beginning of their hash, which is all that is kept of them, and which "remove" takes.',
  arguments: [subscription],
  options: { json, ...ledgerOptions },
  examples: [['wayleave link alias list alice', 'Since when, by whom, and until when.']],
  run: async ({ host, options, arguments: [text = ''] }) => {
    const { printAliases } = await import('./change-aliases.ts');
    await printAliases(host, text, options);
    return exitCodes.success;
  },
});

const remove = defineCommand({
  name: 'remove',
  summary: 'let an address of another product lead nowhere',
  description: 'It answers like one that never was, at once.',
  arguments: [subscription, { ...address, summary: `${address.summary}; or its hash as "list" shows it` }],
  options: { ...ledgerOptions },
  examples: [['wayleave link alias remove alice 5f2a01c3b7e9', 'By its hash.']],
  run: async ({ host, options, arguments: [text = '', old = ''] }) => {
    const { removeOneAlias } = await import('./change-aliases.ts');
    await removeOneAlias(host, text, old, options);
    return exitCodes.success;
  },
});

export const alias = defineGroup({
  name: 'alias',
  summary: 'addresses of other products that go on working',
  description:
    'Customers keep the addresses that another panel gave them: each leads to a subscription of ours. A new address of ' +
    'that subscription ends them. Needs Postgres alone, with the rights of role wayleave_bot.',
  examples: [['wayleave link alias import aliases.csv', 'After the subscriptions were imported.']],
  subcommands: [add, importAll, list, remove],
});
