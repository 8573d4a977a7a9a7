import { defineCommand } from '../command.ts';
import { exitCodes } from '../host.ts';
import { UsageError } from '../usage-error.ts';
import { dataFolder, resolveDataFolder } from './data-option.ts';

export const panel = defineCommand({
  name: 'panel',
  summary: 'stop or start a demo panel of the running "wayleave up"',
  description:
    'Takes one of the demo panels down, as a crash of its machine would, or brings it back. Subscriptions go on being ' +
    'served meanwhile; "kubectl get vpanel" says which panel is unreachable and since when.',
  arguments: [
    { name: 'order', summary: 'stop or start' },
    { name: 'name', summary: 'nl or de' },
  ],
  options: { data: dataFolder },
  examples: [
    ['wayleave up panel stop nl', 'Within seconds its VPNPanel says Reachable=False.'],
    ['wayleave up panel start nl', 'It comes back, and whatever it lost is put right.'],
  ],
  run: async ({ host, options, arguments: [order = '', name = ''] }) => {
    if (order !== 'stop' && order !== 'start') throw new UsageError(`the order must be stop or start, not "${order}".`);
    const [{ dataDirectory }, { findRunningUp }] = await Promise.all([
      import('./data-directory.ts'),
      import('./running.ts'),
    ]);
    const folder = resolveDataFolder(options.data);
    const running = await findRunningUp(dataDirectory(folder));
    if (running === undefined) {
      throw new UsageError(`no "wayleave up" runs on ${folder}: start it with "npm start", or name its --data.`);
    }
    const { sendOrder } = await import('./control.ts');
    const { ok, text } = await sendOrder(running.controlSocket, order, name);
    (ok ? host.stdout : host.stderr).write(`${text}\n`);
    return ok ? exitCodes.success : exitCodes.failure;
  },
});
