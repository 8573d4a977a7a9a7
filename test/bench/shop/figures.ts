import { works } from './works.ts';

const sizes = [
  ['100', '100'],
  ['10k', '10,000'],
  ['1m', '1,000,000'],
] as const;

/** Name of a figure, and how it comes about. */
type Described = readonly [name: string, how: string];

const selling = sizes.flatMap(([label, count]): Described[] => [
  [
    `webhook_hold_p50_ms_${label}`,
    `How long \`wayleave bot\` holds the delivery of a payment, from the first byte sent to the last received: 300 deliveries at 20 a second, whatever the answers do, with ${count} subscriptions in Postgres. Each is a charge, a grant, the fold, the entitlement and the work that follows, in one transaction that is on disk when it is answered; meanwhile the same process projects what was just bought and writes messages. What was bought before it is over.`,
  ],
  [`webhook_hold_p99_ms_${label}`, 'The same deliveries.'],
  [
    `webhook_orders_per_s_${label}`,
    'Payments that wait in line are delivered over 16 connections, each as soon as the one before was answered: 800 of them.',
  ],
  [
    `webhook_bot_cpu_ms_${label}`,
    "CPU of the bot's process for each of those payments, from the update to the message and the resource that follow, as far as they came meanwhile.",
  ],
  [
    `ledger_orders_per_s_${label}`,
    'From the click to the grant through the ledger alone: order, attempt, charge, each a transaction, eight at a time, in the process that measures.',
  ],
]);

const asking = works.map(({ name, asked }): Described => [
  `due_${name}_growth`,
  `What is asked all the time with a hundred of everything due: ${asked}. Its time at 1,000,000 subscriptions by its time at 100; [the times and the plans](due-work.md).`,
]);

const askingAfterOutage = works
  .filter(({ hasBacklog }) => hasBacklog)
  .map(({ name }): Described => [
    `due_${name}_growth_all_due`,
    'The same with as much due as there are subscriptions.',
  ]);

const projecting: readonly Described[] = [
  [
    'projection_10k_s',
    '10,000 subscriptions that were paid for are carried into a cluster that has none of them: from the spawn of `wayleave bot` until its metrics say that each was applied. API server, etcd and Postgres share the machine.',
  ],
  ['projection_10k_objects_per_s', 'The same, as a rate.'],
  ['projection_10k_bot_cpu_s', "CPU of the bot's process meanwhile, its start included."],
  ['projection_10k_apiserver_cpu_s', 'CPU of the API server meanwhile.'],
];

/** Every figure of the shop. */
export const shopFigures: Readonly<Record<string, string>> = Object.fromEntries<string>([
  ...selling,
  ...asking,
  ...askingAfterOutage,
  ...projecting,
]);
