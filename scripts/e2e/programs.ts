import { ensureTool } from '../../test/support/toolchain.ts';
import { CommandError } from '../../src/commands/command-error.ts';
import { findProgram, runProgram, type ProgramResult } from '../../src/commands/up/run-program.ts';

const where = {
  docker: 'https://docs.docker.com/get-started/get-docker/',
  kind: 'https://kind.sigs.k8s.io/docs/user/quick-start/#installation',
} as const;

/** Those of the person, who has what her cluster needs, else ours, built from source. @throws SupportError without Go */
export async function findClusterPrograms(
  env: NodeJS.ProcessEnv,
  progress: (text: string) => void,
): Promise<{ readonly helm: string; readonly kubectl: string }> {
  const find = async (name: 'helm' | 'kubectl'): Promise<string> =>
    (await findProgram(name, env)) ?? ensureTool(name, progress);
  return { helm: await find('helm'), kubectl: await find('kubectl') };
}

/** Runs a program and says how it ended. */
export type TryProgram = (file: string, args: readonly string[]) => Promise<ProgramResult>;

const tryProgram: TryProgram = (file, args) => runProgram(file, args, 20_000);

/**
 * Sees that Docker answers and that `kind` is kind.
 *
 * @returns what they are, for the person
 * @throws CommandError with a sentence that says what is missing and where it is to be had
 */
export async function requireKind(attempt: TryProgram = tryProgram): Promise<string> {
  const docker = await attempt('docker', ['version', '--format', '{{.Server.Version}}']);
  if (docker.exitCode !== 0) throw lacks(dockerSentence(docker));
  const kind = await attempt('kind', ['version']);
  const [, version] = /^kind v?(\d\S*)/.exec(kind.stdout.trim()) ?? [];
  if (version === undefined) throw lacks(kindSentence(kind));
  return `Docker ${docker.stdout.trim()}, kind ${version}`;
}

function dockerSentence({ exitCode, stderr }: ProgramResult): string {
  if (exitCode === 127 && /ENOENT/.test(stderr)) {
    return `docker is not on the PATH, and kind's nodes are its containers: ${where.docker}`;
  }
  if (/permission denied/i.test(stderr)) {
    return 'docker is there, and its engine does not talk to you: is your account in its group "docker"?';
  }
  return `docker is there, and its engine does not answer: is it started? It said: ${lastLine(stderr)}`;
}

function kindSentence({ exitCode, stdout, stderr }: ProgramResult): string {
  if (exitCode === 127 && /ENOENT/.test(stderr)) {
    return `kind is not on the PATH (it is a program of its own, no npm package): ${where.kind}`;
  }
  return `the "kind" on the PATH is not Kubernetes in Docker (${where.kind}); asked for its version it said: ${lastLine(stdout || stderr)}`;
}

function lacks(sentence: string): CommandError {
  return new CommandError(`${sentence}. Another cluster does as well: npm run e2e -- --help`, { retry: 'never' });
}

function lastLine(text: string): string {
  const last = text.trim().split('\n').at(-1) ?? '';
  return last.replace(/[.?!]+$/, '');
}
