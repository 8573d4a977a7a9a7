import { defineCommand } from './command.ts';
import { json } from './ledger/options.ts';
import { onCallOptions } from './on-call-options.ts';

const { databaseUrl, kubeconfig, namespace, watchNamespace, data } = onCallOptions;

export const status = defineCommand({
  name: 'status',
  summary: 'what runs, in which version, and how it stands',
  description:
    'Shows who leads and in which version, the pods and database sessions of each part, the schema, subscriptions by state, ' +
    'panels, shops and what waits. Needs the cluster or Postgres; of the other it says that it is out of reach. What is ' +
    'wrong and how to mend it: "wayleave doctor".',
  options: { json, databaseUrl, kubeconfig, namespace, watchNamespace, data },
  examples: [['wayleave status', 'Before and after an upgrade: every part in the version that you meant?']],
  run: async ({ host, options }) => {
    const { runStatus } = await import('./status/run-status.ts');
    return runStatus(host, options);
  },
});
