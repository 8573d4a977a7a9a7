import { defineCommand } from '../command.ts';
import { optional } from '../option.ts';
import { maybeDatabaseUrl } from '../options.ts';
import { flag, text } from '../value-kinds.ts';
import { dataFolder } from './data-option.ts';
import { panel } from './panel.ts';

export const up = defineCommand({
  name: 'up',
  summary: 'bring up the whole product on this machine',
  description:
    'Starts everything on loopback ports of this machine and shows what to try: a Kubernetes control plane (a kind cluster ' +
    'where Docker and kind are there, else one built from source, about 6 minutes the first time), Postgres, the operator, the ' +
    'subscription service and the bot; two demo panels, a simulated Telegram with a page to chat on, a shop with three plans, ' +
    'and a subscription. Ctrl-C ends all of it; the next start goes on with the same data.',
  options: {
    kubeconfig: optional({
      flag: '--kubeconfig <file>',
      summary:
        'use the cluster of this kubeconfig; adds the resource definitions, namespace wayleave-system and samples to it',
      kind: text,
    }),
    context: optional({
      flag: '--context <name>',
      summary: 'use the cluster of this context, of --kubeconfig, $KUBECONFIG or ~/.kube/config',
      kind: text,
    }),
    databaseUrl: { ...maybeDatabaseUrl, summary: 'use this Postgres (15 or newer) instead of an embedded one' },
    data: dataFolder,
    reset: optional({ flag: '--reset', summary: 'delete the data of earlier runs first', kind: flag }),
    local: optional({
      flag: '--local',
      summary: 'use the control plane built from source even where kind could run',
      kind: flag,
    }),
  },
  examples: [
    ['npm start', 'The same as "wayleave up".'],
    ['npm start -- --reset', 'From scratch. Programs that were built stay.'],
    ['wayleave up --context kind-dev', 'In a cluster that you have.'],
    ['wayleave up panel stop nl', 'From another terminal: take a demo panel down, and see what goes on working.'],
  ],
  subcommands: [panel],
  run: async ({ host, options }) => {
    const { runUp } = await import('./run-up.ts');
    return runUp(host, options);
  },
});
