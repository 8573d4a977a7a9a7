import { defineCommand } from '../command.ts';
import { exitCodes } from '../host.ts';
import { json, ledgerOptions } from './options.ts';

export const subscriptionArgument = {
  name: 'subscription',
  summary:
    'name, namespace/name, id or short id of a VPNSubscription, its e-mail on panels (wl-…), or the Telegram id of its customer',
};

export const show = defineCommand({
  name: 'show',
  summary: 'explain line by line when a subscription ends, and why',
  description:
    'Shows every entry of the ledger and what it did to the expiry, then what runs now, what holds access back, how far ' +
    'it is delivered, and the orders, charges and refunds behind it. Needs Postgres alone. A customer with several ' +
    'subscriptions gets a list. Times are UTC.',
  arguments: [subscriptionArgument],
  options: { json, ...ledgerOptions },
  examples: [
    ['wayleave ledger show wl-8f3k2m9qx0vd', 'By the e-mail that a panel shows.'],
    ['wayleave ledger show 4242', 'By the Telegram id of the customer.'],
    ["wayleave ledger show sub-… --json | jq '.subscriptions[0].expiresAt'", 'For programs.'],
  ],
  run: async ({ host, options, arguments: [text = ''] }) => {
    const { printAccounts } = await import('./print-accounts.ts');
    await printAccounts(host, text, options);
    return exitCodes.success;
  },
});
