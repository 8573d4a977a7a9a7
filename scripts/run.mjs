// @ts-check
// Runs a program of this repository on the Node that package.json pins, whatever Node the machine has:
//   node scripts/run.mjs <file> [arguments]
// Installs the dependencies first when they are absent or out of step with package-lock.json. Every npm script comes
// through here, so this file uses nothing but what Node 18 has.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const pinnedNode = path.join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** @typedef {{ version?: string, optional?: boolean }} LockedPackage */

/**
 * @param {string} file
 * @returns {Record<string, LockedPackage> | undefined}
 */
function lockedPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/**
 * Why the dependencies must be installed, or undefined when they are in step. npm notes in node_modules what it has
 * installed; packages for other platforms are optional and missing rightly.
 */
function reasonToInstall() {
  const wanted = lockedPackages(path.join(root, 'package-lock.json'));
  const present = lockedPackages(path.join(root, 'node_modules', '.package-lock.json'));
  if (wanted === undefined) return undefined;
  if (present === undefined) return 'the dependencies are not installed';
  for (const [place, { version, optional }] of Object.entries(wanted)) {
    const installed = present[place];
    if (place === '' || (installed === undefined && optional === true)) continue;
    if (installed?.version !== version) return `${place} is ${installed?.version ?? 'absent'} and should be ${version}`;
  }
  return existsSync(pinnedNode) ? undefined : 'the pinned Node is absent';
}

/** @param {string} reason */
async function install(reason) {
  const started = Date.now();
  const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
  console.error(`Installing the dependencies (${reason}); this takes up to a minute.`);
  const npm = process.env.npm_execpath;
  // npm tells its scripts where it is; otherwise the one in the PATH has to do.
  const [command, ...first] = npm !== undefined && npm.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const child = spawn(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const report = setInterval(() => console.error(`  npm ci: ${elapsed()}`), 10_000);
  const code = await exitCode(child);
  clearInterval(report);
  if (code !== 0) {
    fail(
      `npm ci failed (${code}); what it said is above. It needs the npm registry, or a mirror named by npm config set registry.`,
    );
  }
  if (!existsSync(pinnedNode)) {
    fail(
      'npm did not run the install script of the package "node". Is ignore-scripts set? Try: npm ci --ignore-scripts=false',
    );
  }
  console.error(`Installed in ${elapsed()}.`);
}

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<number>} as a shell would give it
 */
function exitCode(child) {
  return new Promise((resolve) => {
    child.once('error', (error) => fail(`cannot start ${child.spawnfile}: ${error.message}`));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 1 : constants.signals[signal])));
  });
}

/** @param {string[]} args */
async function run(args) {
  const bin = path.join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(pinnedNode, args, { stdio: 'inherit', env });
  // A terminal sends Ctrl-C to the child as well; whoever kills only us means the child. It may take its time to end.
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  process.exit(await exitCode(child));
}

const [file, ...args] = process.argv.slice(2);
if (file === undefined) fail('usage: node scripts/run.mjs <file> [arguments]');
const reason = reasonToInstall();
if (reason !== undefined) await install(reason);
const works = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8' });
if (works.status !== 0) fail(`${path.relative(root, pinnedNode)} does not run on this machine: npm ci mends it`);
await run([path.resolve(root, file), ...args]);
