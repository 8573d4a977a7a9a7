import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDirectory } from './data-directory.ts';
import { commandLineOf } from '../../src/commands/up/processes.ts';
import { waitUntil } from './processes.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'claims-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('a claimed directory', () => {
  it('belongs to one at a time', async () => {
    const claim = await claimDirectory(directory);
    await expect(claimDirectory(directory)).rejects.toMatchObject({ code: 'DIRECTORY_IN_USE', retry: 'later' });
    await claim.release();
    await (await claimDirectory(directory)).release();
  });

  it('never lets two in, however many come at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => claimDirectory(directory)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1);
  });

  it('is taken from a dead owner, whose programs are ended first', async () => {
    // A shell that becomes another program after it was remembered, as every guarded process does.
    const leftover = spawn('sh', ['-c', 'read -r _; exec sleep 600'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const gone = once(leftover, 'exit');
    const program = `
      import { claimDirectory } from ${JSON.stringify(new URL('data-directory.ts', import.meta.url).href)};
      const claim = await claimDirectory(${JSON.stringify(directory)});
      await claim.remember(${leftover.pid});
      process.kill(process.pid, 'SIGKILL');`;
    await once(spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' }), 'exit');
    leftover.stdin.end('go\n');
    await waitUntil('it is another program', async () => (await commandLineOf(leftover.pid ?? 0)) === 'sleep 600');
    const claim = await claimDirectory(directory);
    expect(await gone).toEqual([null, 'SIGKILL']);
    await claim.release();
  });
});
