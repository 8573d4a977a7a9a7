import { defineCommand } from '../command.ts';
import { exitCodes } from '../host.ts';
import { optional } from '../option.ts';
import { UsageError } from '../usage-error.ts';
import { integer, text } from '../value-kinds.ts';
import { actOptions, dryRun } from './options.ts';
import { subscriptionArgument } from './show.ts';

const daySeconds = 86_400;
const hourSeconds = 3_600;

const days = optional({ flag: '--days <n>', summary: 'how many days of 24 hours', kind: integer(1, 3_650) });

export const grant = defineCommand({
  name: 'grant',
  summary: 'give time to a subscription',
  description:
    'Gives time that follows what runs, with the limits of the subscription, or with those that --plan was last sold with. ' +
    'It is an entry of the ledger; the customer is told. It moves no money: to send money back, see "refund".',
  arguments: [subscriptionArgument],
  options: {
    days,
    plan: optional({
      flag: '--plan <name>',
      summary: 'a plan that the shop has sold; without --days it gives as long as the plan is',
      kind: text,
    }),
    ...actOptions,
    dryRun,
  },
  examples: [
    ['wayleave ledger grant wl-8f3k2m9qx0vd --days 30 --reason "won the raffle"', 'A month of what he has.'],
    ['wayleave ledger grant 4242 --plan year --reason "paid in cash" --dry-run', 'What it would come to.'],
  ],
  run: async ({ host, options, arguments: [subscription = ''] }) => {
    const { giveTime } = await import('./give-time.ts');
    const lengthSeconds = options.days === undefined ? undefined : options.days * daySeconds;
    await giveTime(host, subscription, { ...options, source: 'admin', lengthSeconds });
    return exitCodes.success;
  },
});

export const compensate = defineCommand({
  name: 'compensate',
  summary: 'give back time that a customer went without',
  description:
    'As "grant", and called a compensation in the ledger, so that gifts and failures can be told apart. Give --days, ' +
    '--hours, or both.',
  arguments: [subscriptionArgument],
  options: {
    days,
    hours: optional({ flag: '--hours <n>', summary: 'how many hours', kind: integer(1, 8_760) }),
    ...actOptions,
    dryRun,
  },
  examples: [
    ['wayleave ledger compensate sub-… --hours 6 --reason "the panels in NL were down"', 'Six hours for one customer.'],
    [
      'wayleave ledger compensate sub-… --hours 6 --reason … --request-id outage-12',
      'However often a script calls it, once for each subscription.',
    ],
  ],
  run: async ({ host, options, arguments: [subscription = ''] }) => {
    const lengthSeconds = (options.days ?? 0) * daySeconds + (options.hours ?? 0) * hourSeconds;
    if (lengthSeconds === 0) throw new UsageError('--days or --hours is required: how much time to give back.');
    const { giveTime } = await import('./give-time.ts');
    await giveTime(host, subscription, { ...options, source: 'compensation', lengthSeconds, plan: undefined });
    return exitCodes.success;
  },
});

export const revoke = defineCommand({
  name: 'revoke',
  summary: 'take back what is left of a grant, or of all of them',
  description:
    'Takes the rest of one grant, or of every grant, away; what comes after it closes up. Access ends when no time is left. ' +
    'It moves no money and tells the customer nothing. To keep somebody out for a while use "suspend", to send his money ' +
    'back use "refund", which takes the time by itself.',
  arguments: [subscriptionArgument],
  options: {
    grant: optional({
      flag: '--grant <number>',
      summary: 'number of the grant\'s line in "ledger show", or its id; without it all grants',
      kind: text,
    }),
    ...actOptions,
    dryRun,
  },
  examples: [
    ['wayleave ledger revoke wl-8f3k2m9qx0vd --grant 3 --reason "granted twice"', 'What line 3 gave, and no more.'],
    ['wayleave ledger revoke sub-… --reason "resold his address" --dry-run', 'What it would come to.'],
  ],
  run: async ({ host, options, arguments: [subscription = ''] }) => {
    const { takeTime } = await import('./take-time.ts');
    await takeTime(host, subscription, options);
    return exitCodes.success;
  },
});
