import { defineCommand } from './command.ts';
import { reason, author } from './ledger/options.ts';
import { onCallOptions } from './on-call-options.ts';
import { optional, withDefault } from './option.ts';
import { durationMs, flag } from './value-kinds.ts';

const { databaseUrl, kubeconfig, namespace, watchNamespace, data } = onCallOptions;

export const restore = defineCommand({
  name: 'restore',
  summary: 'bring back to the cluster what was sold, after a restore of Postgres',
  description:
    'For a new cluster, or one whose database was restored. Pauses refunds of every shop first, because what was sent since ' +
    'the backup is not on record; then makes every VPNSubscription that the ledger sold, with the name, keys and address ' +
    'that it had, and says which resources only your manifests can bring back. Refuses to begin without the Secret ' +
    'wayleave-token-key of the backup. Needs the definitions, the namespaces of the shops and a migrated Postgres, and no ' +
    'bot; may be repeated, and run beside everything else. Refunds stay paused until "wayleave ledger refunds resume".',
  options: {
    reason,
    author,
    wait: optional({
      flag: '--wait',
      summary: 'do not end before panels hold everybody again; needs a running operator',
      kind: flag,
    }),
    timeout: withDefault('30m', {
      flag: '--timeout <duration>',
      summary: 'how long all of it may take; what is left then goes on by itself where a bot and an operator run',
      kind: durationMs,
    }),
    databaseUrl,
    kubeconfig,
    namespace,
    watchNamespace,
    data,
  },
  examples: [
    [
      'wayleave restore --reason "cluster lost, backup of 03:00" --wait',
      'After the manifests, and before the bot: docs/operations/restore.md has the whole order.',
    ],
  ],
  run: async ({ host, options }) => {
    const { runRestore } = await import('./restore/run-restore.ts');
    return runRestore(host, options);
  },
});
