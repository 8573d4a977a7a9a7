import { defineCommand, defineGroup } from './command.ts';
import { exitCodes } from './host.ts';
import { author, json, ledgerOptions, shop } from './ledger/options.ts';
import { optional, required } from './option.ts';
import { oneOf, text } from './value-kinds.ts';

const accountArgument = {
  name: 'account',
  summary: 'id of his Telegram account, or @name of somebody who has written to the bot',
};

const add = defineCommand({
  name: 'add',
  summary: 'make somebody an admin of a shop, or change his role',
  description:
    'From then on /admin works for him in the bot. support finds customers, suspends, and compensates up to 7 days; finance ' +
    'also decides about receipts and charges and refunds within a daily cap; owner may do everything.',
  arguments: [accountArgument],
  options: {
    role: required({
      flag: '--role <role>',
      summary: 'owner, finance or support',
      kind: oneOf('owner', 'finance', 'support'),
    }),
    shop,
    name: optional({ flag: '--name <name>', summary: 'what other admins call him', kind: text }),
    author,
    ...ledgerOptions,
  },
  examples: [
    [
      'wayleave admin add @ann --role owner',
      'She has sent /start to the bot; she sees the buttons of an owner at once.',
    ],
    ['wayleave admin add 4343 --role support --shop shop-a/vpn', 'Where there are several shops.'],
  ],
  run: async ({ host, options, arguments: [account = ''] }) => {
    const { addAdminTo } = await import('./admin/change-admins.ts');
    await addAdminTo(host, account, options);
    return exitCodes.success;
  },
});

const list = defineCommand({
  name: 'list',
  summary: 'who are the admins',
  description: 'Admins of all shops, or of one, with their roles and who added them.',
  options: { shop, json, ...ledgerOptions },
  examples: [['wayleave admin list', 'Of all shops.']],
  run: async ({ host, options }) => {
    const { printAdmins } = await import('./admin/change-admins.ts');
    await printAdmins(host, options);
    return exitCodes.success;
  },
});

const remove = defineCommand({
  name: 'remove',
  summary: 'make somebody an admin no longer',
  description: 'His buttons stop working at once. What he did stays on record under his id.',
  arguments: [accountArgument],
  options: { shop, author, ...ledgerOptions },
  examples: [['wayleave admin remove 4343', 'Adding him again brings nothing back but his role.']],
  run: async ({ host, options, arguments: [account = ''] }) => {
    const { removeAdminFrom } = await import('./admin/change-admins.ts');
    await removeAdminFrom(host, account, options);
    return exitCodes.success;
  },
});

export const admin = defineGroup({
  name: 'admin',
  summary: 'who may administer a shop in the bot',
  description:
    'Admins are in Postgres and work in the bot with /admin. The first one is made here; needs Postgres alone, with the ' +
    'rights of role wayleave_bot.',
  examples: [['wayleave admin add 4242 --role owner', 'Then send /admin to the bot.']],
  subcommands: [add, list, remove],
});
