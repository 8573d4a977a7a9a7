import { defineCommand } from './command.ts';
import { optional } from './option.ts';
import { exitCodes } from './host.ts';
import { kubeconfig, maybeDatabaseUrl, maybePublicUrl, namespace } from './options.ts';
import { dataFolder } from './up/data-option.ts';
import { flag } from './value-kinds.ts';

export const link = defineCommand({
  name: 'link',
  summary: "print a subscription's address",
  description:
    'Prints the address that a phone imports, alone on standard output. Whoever has it has the subscription: it is derived ' +
    'from the key in Secret wayleave-token-key and stored nowhere. Needs the cluster and Postgres; beside a running ' +
    '"wayleave up" of the same checkout it finds both by itself.',
  arguments: [{ name: 'subscription', summary: 'name of the VPNSubscription, or namespace/name' }],
  options: {
    qr: optional({ flag: '--qr', summary: 'also print it as a QR code for a phone to scan', kind: flag }),
    databaseUrl: maybeDatabaseUrl,
    kubeconfig,
    namespace,
    publicUrl: maybePublicUrl,
    data: dataFolder,
  },
  examples: [
    ['wayleave link alice', 'Of the namespace that the kubeconfig says, else "default".'],
    ['curl "$(wayleave link shop-a/alice)" | base64 -d', 'What her phone gets.'],
    ['wayleave link alice --qr', 'To scan with v2rayNG, Hiddify, Happ, Streisand…'],
  ],
  run: async ({ host, options, arguments: [subscription = ''] }) => {
    const { printLink } = await import('./print-link.ts');
    await printLink(host, subscription, options);
    return exitCodes.success;
  },
});
