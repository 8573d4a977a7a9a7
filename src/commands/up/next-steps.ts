import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SupportError } from '../../../test/support/errors.ts';
import { ensureTool } from '../../../test/support/toolchain.ts';
import type { Clock } from '../../base/clock.ts';
import { isDefaultFolder } from './data-option.ts';
import { renderQr } from '../qr.ts';
import { type DataDirectory, shortPath } from './data-directory.ts';
import { findProgram } from './run-program.ts';
import { subscriptionSample } from './samples.ts';
import { formatElapsed, type Screen } from './screen.ts';

export interface NextSteps {
  readonly screen: Screen;
  readonly data: DataDirectory;
  /** The sample subscription's address. */
  readonly url: string;
  /** Where one chats with the bot in a browser. */
  readonly chatUrl: string;
  readonly kubectl: string;
  readonly tookMs: number;
  readonly clock: Clock;
}

const wayleave = 'npm run -s wayleave --';

/** Everything a person needs who sees this for the first time, in the order of trying it. */
export async function showNextSteps({ screen, data, url, chatUrl, kubectl, tookMs, clock }: NextSteps): Promise<void> {
  const bob = await writeExample(data, new Date(clock.now()));
  const bold = (text: string): string => screen.style('bold', text);
  const phone = `curl -s "$(${wayleave} link alice)" | base64 -d`;
  const steps: readonly (readonly [does: string, ...type: string[]])[] = [
    ['See what there is.', `${kubectl} get vshop,vplan,vpanel,vsub`],
    ["See what alice's phone gets: one VLESS link for each way in.", phone],
    ['Sell another subscription.', `${kubectl} apply -f ${bob}`, `${wayleave} link bob --qr`],
    [
      'Take a panel down. It says so within seconds, and the phone gets the same as before.',
      `${wayleave} up panel stop nl`,
      `${kubectl} get vpanel`,
      phone,
    ],
    ['Bring it back, and see it heal.', `${wayleave} up panel start nl`, `${kubectl} get vpanel,vsub`],
  ];
  screen.line(
    `\n${screen.style('green', bold('Everything is up'))} ${screen.style('dim', `(${formatElapsed(tookMs)})`)}\n`,
  );
  screen.line(`  The shop, as customers see it: ${screen.style('cyan', chatUrl)}`);
  screen.line(
    '    A chat with the bot, in your browser. Be Anna and buy with Stars or by card; be Olga, and send /admin.\n',
  );
  screen.line(`  alice's subscription: ${screen.style('cyan', url)}`);
  if (screen.isLive) screen.line(`\n${(await renderQr(url)).replaceAll(/^/gm, '  ')}`);
  screen.line('  It listens on the loopback of this machine: import it into an app that runs here.');
  screen.line(`\n${bold('Try next')}, in another terminal, in this folder:\n`);
  screen.line(`  export KUBECONFIG=${data.kubeconfig}`);
  if (!isDefaultFolder(data.path)) screen.line(`  export WAYLEAVE_DATA=${data.path}`);
  for (const [index, [does, ...type]] of steps.entries()) {
    screen.line(`\n  ${index + 1}. ${does}`);
    for (const command of type) screen.line(`     ${screen.style('cyan', command)}`);
  }
  screen.line(`\n  Logs are in ${shortPath(data.logs)}. ${bold('Ctrl-C')} stops everything and keeps the data;`);
  screen.line('  "npm start" goes on with them, "npm start -- --reset" starts from scratch.');
}

/** What to type for kubectl: itself where the machine has it, else the path of one that is built once. */
export async function findKubectl(env: NodeJS.ProcessEnv, progress: (text: string) => void): Promise<string> {
  if ((await findProgram('kubectl', env)) !== undefined) return 'kubectl';
  try {
    return await ensureTool('kubectl', progress);
  } catch (error) {
    // Everything is up without it, and whoever installs one finds the commands right.
    if (!(error instanceof SupportError)) throw error;
    progress(`kubectl: neither on the PATH nor to be built here (${error.message.split('\n')[0]})`);
    return 'kubectl';
  }
}

async function writeExample(data: DataDirectory, now: Date): Promise<string> {
  await mkdir(data.examples, { recursive: true });
  const file = join(data.examples, 'bob.yaml');
  await writeFile(file, stringify(subscriptionSample('bob', now).object));
  return shortPath(file);
}
