import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { SupportError } from './errors.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** Without these it would ask its maker for updates and lists, and a test would not be alone with its page. */
const quiet = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-quic',
  '--disable-sync',
  '--no-first-run',
];

/**
 * Starts a Chromium without a window. It ends with `close`, and with this process.
 *
 * `WAYLEAVE_TOOL_CHROMIUM` names one; else it is looked for on the PATH, and where `playwright-core` keeps what it
 * downloads.
 *
 * @throws SupportError MACHINE_LACKS
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = await findChromium(process.env);
  // As root it does not start with its sandbox. It only opens pages of our own.
  const args = process.getuid?.() === 0 ? [...quiet, '--no-sandbox'] : quiet;
  try {
    return await chromium.launch({ args, ...(executablePath === undefined ? {} : { executablePath }) });
  } catch (cause) {
    const what = executablePath ?? `none of ${names.join(', ')} is on the PATH, and playwright-core has none;`;
    const mend =
      'install "chromium" (Debian), or run "npx playwright-core install --with-deps chromium-headless-shell"';
    throw new SupportError('MACHINE_LACKS', `no Chromium starts: ${what} ${mend}`, { retry: 'never', cause });
  }
}

/** @returns undefined where the machine has none of its own */
async function findChromium(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const chosen = env['WAYLEAVE_TOOL_CHROMIUM'];
  if (chosen !== undefined && chosen !== '') return chosen;
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  for (const candidate of folders.flatMap((folder) => names.map((name) => path.join(folder, name)))) {
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
