import { defineCommand } from './command.ts';
import { onCallOptions } from './on-call-options.ts';
import { optional } from './option.ts';
import { text } from './value-kinds.ts';

export const supportBundle = defineCommand({
  name: 'support-bundle',
  summary: 'gather what somebody needs who helps from afar, without secrets',
  description:
    'Writes one .tar.gz with versions, what "wayleave doctor" and "wayleave status" say, our resources, Events, Leases, pods, ' +
    'metrics and the last lines of logs, as far as each is within reach. Secrets are not read into it; addresses of panels ' +
    'are cut after the host, credentials and numbers of people are hidden, and subscriptions that were named by hand get ' +
    'other names. Look through it before you hand it on: it is plain text. Changes nothing.',
  options: {
    output: optional({
      flag: '--output <file>',
      summary: 'where to write it (default: wayleave-support-<time>.tar.gz here)',
      kind: text,
    }),
    ...onCallOptions,
  },
  examples: [['wayleave support-bundle', 'Then look at it with: tar tzf wayleave-support-….tar.gz']],
  run: async ({ host, options }) => {
    const { writeSupportBundle } = await import('./support-bundle/write-support-bundle.ts');
    return writeSupportBundle(host, options);
  },
});
