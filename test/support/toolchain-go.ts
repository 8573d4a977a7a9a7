import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { SupportError } from './errors.ts';
import type { ToolName } from './toolchain-recipes.ts';

const run = promisify(execFile);
const NEEDED = { major: 1, minor: 26 };

/**
 * The version of the machine's Go, such as `go1.26.8`.
 *
 * @throws SupportError MACHINE_LACKS when there is none, or one that is too old for the modules in `tools/`
 */
export async function goVersion(name: ToolName): Promise<string> {
  const advice = `install it from https://go.dev/dl, or name a ready program in WAYLEAVE_TOOL_${name.toUpperCase().replaceAll('-', '_')}`;
  const wanted = `Go ${NEEDED.major}.${NEEDED.minor} or newer is needed once, to build ${name}`;
  let version: string;
  try {
    version = (await run('go', ['env', 'GOVERSION'], { env: { ...process.env, GOTOOLCHAIN: 'local' } })).stdout.trim();
  } catch (cause) {
    throw new SupportError('MACHINE_LACKS', `${wanted}, and "go" is not there: ${advice}`, { retry: 'never', cause });
  }
  const [, major = 0, minor = 0] = (/go(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major < NEEDED.major || (major === NEEDED.major && minor < NEEDED.minor)) {
    throw new SupportError('MACHINE_LACKS', `${wanted}, and this machine has ${version}: ${advice}`, {
      retry: 'never',
    });
  }
  return version;
}

/** @throws SupportError MACHINE_LACKS when the C compiler that Go would call is not there */
export async function requireCompiler(name: ToolName): Promise<void> {
  const compiler = (await run('go', ['env', 'CC'])).stdout.trim().split(' ')[0] ?? 'gcc';
  try {
    await run(compiler, ['--version']);
  } catch (cause) {
    const message = `a C compiler is needed once, to build ${name}, and "${compiler}" does not run: apt-get install gcc libc6-dev, or the like`;
    throw new SupportError('MACHINE_LACKS', message, { retry: 'never', cause });
  }
}
