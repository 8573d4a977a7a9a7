import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let root: string;
beforeAll(() => {
  root = mkdtempSync(path.join(tmpdir(), 'ci-'));
  for (const folder of ['.ci', 'bin']) mkdirSync(path.join(root, folder));
  copyFileSync(path.resolve(import.meta.dirname, '../../.ci/run'), path.join(root, '.ci/run'));
  for (const name of ['node', 'go', 'git', 'gcc', 'chromium']) program(name, 'exit 0');
});
afterAll(() => rmSync(root, { recursive: true }));

function program(name: string, text: string): void {
  const file = path.join(root, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** Runs the real script on a machine whose npm behaves as told. */
function runCi(test: string, check: string): { status: number | null; last: string | undefined } {
  program('npm', `case "$*" in test) ${test} ;; 'run check') ${check} ;; esac`);
  const env = { ...process.env, CI: 'true', PATH: `${path.join(root, 'bin')}:${process.env['PATH'] ?? ''}` };
  const { status, stdout } = spawnSync('bash', [path.join(root, '.ci/run')], { env, encoding: 'utf8' });
  return { status, last: stdout.trimEnd().split('\n').at(-1) };
}

describe('.ci/run', () => {
  it.each([
    ['all is well', `echo '10 passed, 0 failed, 2 skipped'`, `echo '8 passed, 0 failed'`, 0, '18 passed, 0 failed'],
    ['a test fails', `echo '9 passed, 1 failed'; exit 1`, `echo '8 passed, 0 failed'`, 1, '17 passed, 1 failed'],
    ['a check fails', `echo '10 passed, 0 failed'`, `echo '7 passed, 1 failed'; exit 1`, 1, '17 passed, 1 failed'],
    ['the tests die without a tally', 'exit 137', `echo '8 passed, 0 failed'`, 1, '8 passed, 1 failed'],
    [
      'the tests die after their tally',
      `echo '10 passed, 0 failed'; exit 1`,
      `echo '8 passed, 0 failed'`,
      1,
      '18 passed, 1 failed',
    ],
    ['nothing ran', `echo '0 passed, 0 failed'`, `echo '0 passed, 0 failed'`, 1, '0 passed, 0 failed'],
  ])('sums up when %s', (_, test, check, status, last) => {
    expect(runCi(test, check)).toEqual({ status, last });
  });

  it('asks for no colours', () => {
    expect(runCi(`echo "$NO_COLOR passed, 0 failed"`, `echo '1 passed, 0 failed'`).last).toBe('2 passed, 0 failed');
  });
});
