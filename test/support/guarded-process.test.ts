import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuarded } from './guarded-process.ts';
import { isRunning } from '../../src/commands/up/processes.ts';
import { waitUntil } from './processes.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'guarded-'));
});
afterAll(() => rm(directory, { recursive: true }));

const logFile = (): string => path.join(directory, `${Math.random()}.log`);

describe('a guarded process', () => {
  it('reports its exit code and keeps its output', async () => {
    const child = await startGuarded({
      file: 'sh',
      args: ['-c', 'echo out; echo err >&2; exit 7'],
      logFile: logFile(),
    });
    expect(await child.exited).toBe(7);
    expect((await child.logTail()).split('\n')).toEqual(['out', 'err']);
  });

  it('is stopped with the signal it wants', async () => {
    const script = 'trap "echo bye; exit 3" INT; echo ready; while :; do sleep 0.02; done';
    const child = await startGuarded({ file: 'sh', args: ['-c', script], logFile: logFile(), stopSignal: 'SIGINT' });
    await waitUntil('the trap is set', async () => (await child.logTail()) === 'ready');
    await child.stop();
    expect(await child.exited).toBe(3);
    expect(isRunning(child.pid)).toBe(false);
  });

  it('is killed when it does not heed the signal', async () => {
    const script = 'trap "" TERM; echo ready; while :; do sleep 0.02; done';
    const child = await startGuarded({ file: 'sh', args: ['-c', script], logFile: logFile(), graceMs: 200 });
    await waitUntil('the trap is set', async () => (await child.logTail()) === 'ready');
    await child.stop();
    expect(await child.exited).toBe(137);
  });

  it('fails with a sentence when the user cannot be taken', async () => {
    const cwd = path.join(directory, 'absent');
    await expect(startGuarded({ file: 'true', cwd, logFile: logFile() })).rejects.toThrow('cannot start true');
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('does not outlive a parent that ends by %s', async (signal) => {
    const program = `
      import { startGuarded } from ${JSON.stringify(new URL('guarded-process.ts', import.meta.url).href)};
      const child = await startGuarded({ file: 'sleep', args: ['600'], logFile: ${JSON.stringify(logFile())} });
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    expect(isRunning(pid)).toBe(true);
    parent.kill(signal);
    await waitUntil('the child is gone', () => !isRunning(pid));
  });
});
