import { defineCommand } from './command.ts';
import { alias } from './link/alias.ts';
import { optional } from './option.ts';
import { exitCodes } from './host.ts';
import { kubeconfig, maybeDatabaseUrl, maybePublicUrl, namespace } from './options.ts';
import { dataFolder } from './up/data-option.ts';
import { flag } from './value-kinds.ts';

const subscriptionName = { name: 'subscription', summary: 'name of the VPNSubscription, or namespace/name' };

const qr = optional({ flag: '--qr', summary: 'also print it as a QR code for a phone to scan', kind: flag });

const connections = {
  databaseUrl: maybeDatabaseUrl,
  kubeconfig,
  namespace,
  publicUrl: maybePublicUrl,
  data: dataFolder,
};

const renew = defineCommand({
  name: 'renew',
  summary: 'give a subscription a new address, because others know the old one',
  description:
    'Prints the new address, alone on standard output. The one before, and every alias, answers a notice for 15 minutes ' +
    'and then nothing. Servers and keys stay: whoever fetched them goes on, until spec.credentialsGeneration is raised. ' +
    'Called twice, it renews twice.',
  arguments: [subscriptionName],
  options: { qr, ...connections },
  examples: [['wayleave link renew alice', 'Then hand it to her: her apps need it.']],
  run: async ({ host, options, arguments: [subscription = ''] }) => {
    const { printLink } = await import('./print-link.ts');
    await printLink(host, subscription, { ...options, renew: true });
    return exitCodes.success;
  },
});

export const link = defineCommand({
  name: 'link',
  summary: "print a subscription's address",
  description:
    'Prints the address that a phone imports, alone on standard output. Whoever has it has the subscription: it is derived ' +
    'from the key in Secret wayleave-token-key and stored nowhere. Needs the cluster and Postgres; beside a running ' +
    '"wayleave up" of the same checkout it finds both by itself. A subscription called "renew" or "alias" needs its ' +
    'namespace before it.',
  arguments: [subscriptionName],
  options: { qr, ...connections },
  examples: [
    ['wayleave link alice', 'Of the namespace that the kubeconfig says, else "default".'],
    ['curl "$(wayleave link shop-a/alice)" | base64 -d', 'What her phone gets.'],
    ['wayleave link alice --qr', 'To scan with v2rayNG, Hiddify, Happ, Streisand…'],
  ],
  subcommands: [renew, alias],
  run: async ({ host, options, arguments: [subscription = ''] }) => {
    const { printLink } = await import('./print-link.ts');
    await printLink(host, subscription, options);
    return exitCodes.success;
  },
});
