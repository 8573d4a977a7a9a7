import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { findBreaches } from './layers.ts';
import { findDownloadAddresses, missingPlatforms, readLockFile } from './lock-file.ts';
import { findSecrets } from './secrets.ts';
import { tallyLine } from './tally.ts';

/** Empty when all is well, else what is wrong and where. */
type Check = () => Promise<string>;

const root = path.resolve(import.meta.dirname, '..');

const CHECKS: Readonly<Record<string, Check>> = {
  format: tool('oxfmt/bin/oxfmt', '--check'),
  lint: tool('oxlint/bin/oxlint', '--type-aware', '--deny-warnings', '--report-unused-disable-directives'),
  types: tool('typescript/bin/tsc', '-p', '.'),
  layers: async () =>
    findBreaches(root)
      .map(({ file, imported, because }) => `${file} imports ${imported}, but ${because}`)
      .join('\n'),
  'dead code': tool('knip/bin/knip.js', '--no-progress'),
  secrets: async () => findSecrets(root),
  'generated files': async () =>
    existsSync(path.join(root, 'scripts/generate.ts')) ? run('scripts/generate.ts', '--check') : '',
  'lock file': checkLockFile,
};

const HELP = `npm run check [-- <name> …]

Checks the sources without running the product. Without names, all of:
  ${Object.keys(CHECKS).join('\n  ')}
`;

function tool(file: string, ...args: readonly string[]): Check {
  return async () => run(path.join('node_modules', file), ...args);
}

async function checkLockFile(): Promise<string> {
  const lock = readLockFile(path.join(root, 'package-lock.json'));
  const addresses = findDownloadAddresses(lock).map((place) => `${place} names its download address`);
  const missing = Object.keys(missingPlatforms(lock)).map((place) => `${place} is missing, and npm ci will refuse`);
  const advice = missing.length > 0 ? ['node scripts/complete-lock-file.ts adds what is missing'] : [];
  return [...addresses, ...missing, ...advice].join('\n');
}

/** Runs a program on this Node; returns what it said if it failed. */
async function run(...args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code === 0 ? '' : said.trim() || `${args[0]} ended with code ${code}`);
    });
  });
}

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !(name in CHECKS));
  if (names.includes('--help') || unknown !== undefined) {
    console.log(unknown === undefined || unknown.startsWith('-') ? HELP : `there is no check "${unknown}"\n\n${HELP}`);
    return unknown === undefined || unknown === '--help' ? 0 : 2;
  }
  let failed = 0;
  const chosen = Object.entries(CHECKS).filter(([name]) => names.length === 0 || names.includes(name));
  for (const [name, check] of chosen) {
    const started = performance.now();
    const trouble = await check();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(`${trouble === '' ? 'ok    ' : 'failed'} ${name.padEnd(16)} ${seconds} s`);
    if (trouble === '') continue;
    failed += 1;
    console.log(`\n${trouble}\n`);
  }
  console.log(tallyLine({ passed: chosen.length - failed, failed }));
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
