import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/commands/command-error.ts';
import type { ProgramResult } from '../../src/commands/up/run-program.ts';
import { requireKind } from './programs.ts';

const said = (stdout: string): ProgramResult => ({ exitCode: 0, stdout, stderr: '' });
const failed = (stderr: string, exitCode = 1): ProgramResult => ({ exitCode, stdout: '', stderr });
const absent = (name: string): ProgramResult => failed(`spawn ${name} ENOENT`, 127);
const docker = said('27.1.1\n');
const kind = said('kind v0.30.0 go1.24.6 linux/amd64\n');

const asked = (results: Readonly<Record<string, ProgramResult | undefined>>): Promise<string> =>
  requireKind((file) => Promise.resolve(results[file] ?? absent(file)));

describe('a machine for kind', () => {
  it('has Docker and kind', async () => {
    expect(await asked({ docker, kind })).toBe('Docker 27.1.1, kind 0.30.0');
  });

  it.each([
    ['no Docker', { kind }, /docker is not on the PATH.*https:\/\/docs\.docker\.com/],
    [
      'a Docker that sleeps',
      { docker: failed('Cannot connect to the Docker daemon'), kind },
      /does not answer.*started/,
    ],
    ['a Docker of others', { docker: failed('permission denied while trying to connect'), kind }, /group "docker"/],
    ['no kind', { docker }, /kind is not on the PATH.*https:\/\/kind\.sigs\.k8s\.io/],
    ['the npm package kind', { docker, kind: said('1.0.0') }, /not Kubernetes in Docker/],
    ['a kind that fails', { docker, kind: failed('unknown command') }, /not Kubernetes in Docker.*unknown command/],
  ])('with %s it says what to do, and that another cluster will do', async (_, results, sentence) => {
    const attempt = asked(results);
    await expect(attempt).rejects.toThrow(CommandError);
    await expect(attempt).rejects.toThrow(sentence);
    await expect(attempt).rejects.toThrow('npm run e2e');
  });
});
