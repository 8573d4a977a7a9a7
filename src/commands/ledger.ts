import { defineGroup } from './command.ts';
import { resume, suspend } from './ledger/access.ts';
import { queue, refund, refunds, settle } from './ledger/money.ts';
import { show } from './ledger/show.ts';
import { compensate, grant, revoke } from './ledger/time.ts';

export const ledger = defineGroup({
  name: 'ledger',
  summary: 'for people on call: explain and correct what a subscription was paid for',
  description:
    'Looks into the money and the time of the shop and corrects them, whatever else is down: only Postgres is needed, with ' +
    'the rights of role wayleave_bot. Beside a running "wayleave up" of the same checkout it finds that by itself. Nothing ' +
    'is ever changed or deleted in the ledger: every correction is a new entry, with who did it and why.',
  examples: [
    ['wayleave ledger show 4242', 'Everything about the subscriptions of a customer.'],
    ['wayleave ledger queue', 'What needs a person.'],
  ],
  subcommands: [show, grant, compensate, revoke, suspend, resume, refund, queue, settle, refunds],
});
