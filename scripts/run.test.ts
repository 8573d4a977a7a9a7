import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const LOCKED = {
  packages: {
    '': {},
    'node_modules/pg': { version: '8.1.0' },
    'node_modules/fsevents': { version: '2.0.0', optional: true },
  },
};

let root: string;
let runner: string;

/** A checkout with the runner, a lock file, and a Node in the pinned one's place. */
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'run-'));
  runner = path.join(root, 'scripts/run.mjs');
  mkdirSync(path.dirname(runner));
  copyFileSync(path.join(import.meta.dirname, 'run.mjs'), runner);
  mkdirSync(path.join(root, 'node_modules/node/bin'), { recursive: true });
  symlinkSync(process.execPath, path.join(root, 'node_modules/node/bin/node'));
  writeFileSync(path.join(root, 'package-lock.json'), JSON.stringify(LOCKED));
});
afterAll(() => rmSync(root, { recursive: true }));

function installed(version: string | undefined): void {
  const packages = version === undefined ? {} : { 'node_modules/pg': { version } };
  writeFileSync(path.join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
}

function program(name: string, text: string): string {
  writeFileSync(path.join(root, name), text);
  return path.join(root, name);
}

/** An npm that installs by writing what npm would write, or fails. */
function npm(version: string | undefined): string {
  const lock = JSON.stringify({ packages: { 'node_modules/pg': { version } } });
  return program(
    'npm.js',
    version === undefined
      ? `console.error('npm error network'); process.exit(7);`
      : `require('node:fs').writeFileSync(${JSON.stringify(path.join(root, 'node_modules/.package-lock.json'))}, ${JSON.stringify(lock)});
         require('node:fs').writeFileSync('npm-args', process.argv.slice(2).join(' '));`,
  );
}

function run(args: readonly string[], npmFile: string): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [runner, ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, npm_execpath: npmFile },
  });
}

describe('scripts/run.mjs', () => {
  it('hands arguments, standard output and the exit code through', () => {
    installed('8.1.0');
    program('echo.mjs', `console.log(JSON.stringify(process.argv.slice(2))); process.exit(5);`);
    const { status, stdout, stderr } = run(['echo.mjs', '--a', 'b c'], npm(undefined));
    expect({ status, stdout: JSON.parse(stdout) as unknown, stderr }).toEqual({
      status: 5,
      stdout: ['--a', 'b c'],
      stderr: '',
    });
  });

  it.each([
    ['absent', undefined],
    ['of another version', '8.0.0'],
  ])('installs when a package is %s', (_, version) => {
    installed(version);
    program('ok.mjs', `console.log('ran');`);
    const { status, stdout, stderr } = run(['ok.mjs'], npm('8.1.0'));
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'ran\n' });
    expect(stderr).toContain('node_modules/pg');
    expect(run(['ok.mjs'], npm(undefined)).stderr).toBe('');
  });

  it('fails with a sentence, and does not run, when the installation fails', () => {
    installed('8.0.0');
    program('ok.mjs', `console.log('ran');`);
    const { status, stdout, stderr } = run(['ok.mjs'], npm(undefined));
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('npm error network');
    expect(stderr).toContain('npm ci failed (7)');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'passes %s on and waits for the program to end in its own time',
    async (signal) => {
      installed('8.1.0');
      program(
        'slow.mjs',
        `process.on('${signal}', () => setTimeout(() => { console.log('bye'); process.exit(9); }, 100)); setInterval(() => {}, 1000); console.log('up');`,
      );
      const child = spawn(process.execPath, [runner, 'slow.mjs'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
      const said: string[] = [];
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said.push(text);
        if (text === 'up\n') child.kill(signal);
      });
      const [code] = (await once(child, 'close')) as [number];
      expect({ code, said: said.join('') }).toEqual({ code: 9, said: 'up\nbye\n' });
    },
  );
});
