import { defineCommand } from './command.ts';
import { json } from './ledger/options.ts';
import { onCallOptions } from './on-call-options.ts';
import { withDefault } from './option.ts';
import { durationMs } from './value-kinds.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'look at everything, and say what to mend',
  description:
    'Looks at the cluster, the definitions, Leases and rights, at Postgres and the token key, at every panel and shop with ' +
    'its own credentials, at the addresses of the subscription service, at clocks and DNS; all side by side, and each for ' +
    'no longer than --timeout. Prints a line each, and below it what to do. What is out of reach is said, and holds up ' +
    'nothing else. Changes nothing and shows no secret. Exit code 1: something has to be mended.',
  options: {
    timeout: withDefault('15s', {
      flag: '--timeout <duration>',
      summary: 'how long to wait for each answer',
      kind: durationMs,
    }),
    json,
    ...onCallOptions,
  },
  examples: [
    ['wayleave doctor', 'Beside a running "wayleave up", or with DATABASE_URL and a kubeconfig.'],
    [
      'kubectl -n wayleave-system exec deploy/wayleave-operator -- wayleave doctor',
      'From where the operator sees panels, and with its account.',
    ],
  ],
  run: async ({ host, options }) => {
    const { runDoctor } = await import('./doctor/run-doctor.ts');
    return runDoctor(host, options);
  },
});
