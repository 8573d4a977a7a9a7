import { defineCommand } from '../command.ts';
import { exitCodes } from '../host.ts';
import { actOptions } from './options.ts';
import { subscriptionArgument } from './show.ts';

export const suspend = defineCommand({
  name: 'suspend',
  summary: 'deny access to a subscription until "resume"',
  description:
    'Panels refuse new connections within seconds, and phones get a notice instead of servers. Time runs on. The customer ' +
    'is told that it is suspended. Where it is suspended already nothing happens.',
  arguments: [subscriptionArgument],
  options: actOptions,
  examples: [['wayleave ledger suspend wl-8f3k2m9qx0vd --reason "abuse report 77"', 'Until somebody resumes it.']],
  run: async ({ host, options, arguments: [subscription = ''] }) => {
    const { changeAccess } = await import('./change-access.ts');
    await changeAccess(host, subscription, 'suspend', options);
    return exitCodes.success;
  },
});

export const resume = defineCommand({
  name: 'resume',
  summary: 'end a suspension',
  description:
    'Ends what "suspend" or an admin in the bot did. Bans and disputes are not touched, nor is spec.suspended, which ' +
    'belongs to kubectl. To give the time back that ran meanwhile, see "compensate".',
  arguments: [subscriptionArgument],
  options: actOptions,
  examples: [['wayleave ledger resume wl-8f3k2m9qx0vd --reason "cleared up"', 'Access comes back within seconds.']],
  run: async ({ host, options, arguments: [subscription = ''] }) => {
    const { changeAccess } = await import('./change-access.ts');
    await changeAccess(host, subscription, 'resume', options);
    return exitCodes.success;
  },
});
