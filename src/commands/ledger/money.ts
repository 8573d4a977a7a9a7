import { defineCommand, defineGroup } from '../command.ts';
import { exitCodes } from '../host.ts';
import { optional } from '../option.ts';
import { UsageError } from '../usage-error.ts';
import { flag, text } from '../value-kinds.ts';
import { actOptions, json, ledgerOptions, shop } from './options.ts';

const chargeArgument = {
  name: 'charge',
  summary: 'the provider\'s id of the charge, as "ledger show" and "ledger queue" print it',
};

const chargeOptions = {
  provider: optional({
    flag: '--provider <name>',
    summary: 'where two providers use the same id: stars or manual',
    kind: text,
  }),
  shop,
};

export const refund = defineCommand({
  name: 'refund',
  summary: 'send the money of a charge back',
  description:
    'Asks the provider to send money back to whoever paid. The bot does the sending, for as long as it takes; when the ' +
    'provider confirms, the time that the money bought goes, and the customer is told. A part takes its share of the time, ' +
    'where the provider can refund in parts (Stars cannot). Asking again while it is under way changes nothing.',
  arguments: [chargeArgument],
  options: {
    amount: optional({
      flag: '--amount <decimal>',
      summary: "how much, in the charge's currency; without it all that is left",
      kind: text,
    }),
    ...chargeOptions,
    ...actOptions,
  },
  examples: [['wayleave ledger refund stxAb… --reason "does not work at his place"', 'All of it.']],
  run: async ({ host, options, arguments: [charge = ''] }) => {
    const { refundCharge } = await import('./act-on-charge.ts');
    await refundCharge(host, charge, options);
    return exitCodes.success;
  },
});

export const queue = defineCommand({
  name: 'queue',
  summary: 'what needs a person: odd charges, refused refunds, receipts',
  description:
    'Money that bought nothing and could not be sent back by itself, the oldest first, with why it is there and who has ' +
    'taken it. docs/operations/money.md says what to do about each kind.',
  options: { shop, json, ...ledgerOptions },
  examples: [['wayleave ledger queue', 'Of all shops.']],
  run: async ({ host, options }) => {
    const { printQueue } = await import('./print-queue.ts');
    await printQueue(host, options);
    return exitCodes.success;
  },
});

export const settle = defineCommand({
  name: 'settle',
  summary: 'decide about a charge in the queue',
  description:
    'Say one: --extend turns it into time of the subscription of its order, or of the one that --subscription names, as ' +
    'much as it paid for; --refund asks the provider to send it back; --refunded records that you have sent it back ' +
    'yourself, as a card transfer has to be, and takes its time; --dismiss says that nothing is to be done. Decided once: a ' +
    'second decision is refused.',
  arguments: [chargeArgument],
  options: {
    extend: optional({ flag: '--extend', summary: 'turn it into time', kind: flag }),
    refund: optional({ flag: '--refund', summary: 'send it back', kind: flag }),
    refunded: optional({ flag: '--refunded', summary: 'you have sent it back yourself', kind: flag }),
    dismiss: optional({ flag: '--dismiss', summary: 'take it off the queue, and do nothing', kind: flag }),
    subscription: optional({
      flag: '--subscription <name>',
      summary: 'which subscription to extend, in any of the forms that "ledger show" takes',
      kind: text,
    }),
    ...chargeOptions,
    ...actOptions,
  },
  examples: [
    ['wayleave ledger settle stxAb… --refund --reason "paid by somebody else"', 'Back to the payer.'],
    [
      'wayleave ledger settle stxAb… --extend --subscription wl-8f3k2m9qx0vd --reason "lost its order in a restore"',
      'An orphan becomes time.',
    ],
    [
      'wayleave ledger settle 01a2… --refunded --reason "transfer of 25 November"',
      'A card transfer was sent back by hand.',
    ],
  ],
  run: async ({ host, options, arguments: [charge = ''] }) => {
    const wishes = (['extend', 'refund', 'refunded', 'dismiss'] as const).filter((wish) => options[wish] === true);
    const [wish, ...others] = wishes;
    if (wish === undefined || others.length > 0) {
      throw new UsageError('say one of --extend, --refund, --refunded and --dismiss.');
    }
    if (options.subscription !== undefined && wish !== 'extend') {
      throw new UsageError('--subscription goes with --extend only.');
    }
    const { settleQueued } = await import('./act-on-charge.ts');
    await settleQueued(host, charge, { ...options, wish });
    return exitCodes.success;
  },
});

const pause = defineCommand({
  name: 'pause',
  summary: 'let no refund go out',
  description:
    'Refunds that are asked for from now on wait, until "resume". What the provider starts is still recorded.',
  options: { shop, ...actOptions },
  examples: [
    ['wayleave ledger refunds pause --reason "checking double refunds"', 'At once, for all replicas of the bot.'],
  ],
  run: async ({ host, options }) => {
    const { pauseOrResumeRefunds } = await import('./act-on-charge.ts');
    await pauseOrResumeRefunds(host, 'pause', options);
    return exitCodes.success;
  },
});

const resumeRefunds = defineCommand({
  name: 'resume',
  summary: 'let refunds go out again, after a look at what waits',
  description:
    'After a restore of the database refunds are paused, because what was sent since the backup is not on record. Look at ' +
    'the queue first: what waits is sent at once.',
  options: { shop, ...actOptions },
  examples: [['wayleave ledger refunds resume --reason "reconciled up to today"', 'Those that wait go out.']],
  run: async ({ host, options }) => {
    const { pauseOrResumeRefunds } = await import('./act-on-charge.ts');
    await pauseOrResumeRefunds(host, 'resume', options);
    return exitCodes.success;
  },
});

export const refunds = defineGroup({
  name: 'refunds',
  summary: 'pause or resume the sending of refunds',
  description: 'Stops all refunds of a shop, or lets them go out again. Money that comes in is not affected.',
  examples: [['wayleave ledger refunds resume --reason "reconciled up to today"', 'After a restore.']],
  subcommands: [pause, resumeRefunds],
});
