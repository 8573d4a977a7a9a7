import path from 'node:path';
import { SupportError } from './errors.ts';
import { startGuarded } from './guarded-process.ts';
import { requireCompiler } from './toolchain-go.ts';
import { buildEnvironment, type ToolName, type ToolRecipe } from './toolchain-recipes.ts';

export interface ToolBuild {
  readonly name: ToolName;
  readonly recipe: ToolRecipe;
  readonly moduleFolder: string;
  readonly linkerFlags: string;
  /** Path of the program to write; the build's log goes beside it. */
  readonly output: string;
  readonly progress: (line: string) => void;
}

const REPORT_EVERY_MS = 15_000;
const DOWNLOAD_TROUBLE =
  /dial tcp|no such host|i\/o timeout|TLS handshake|reading https?:|module lookup disabled|connection re(fused|set)/;

/**
 * Builds one program. The compiler ends with us, whatever ends us; Go's own cache keeps what it has done so far.
 *
 * @throws SupportError MACHINE_LACKS, BUILD_FAILED
 */
export async function buildTool({
  name,
  recipe,
  moduleFolder,
  linkerFlags,
  output,
  progress,
}: ToolBuild): Promise<void> {
  if (recipe.cgo) await requireCompiler(name);
  progress(`${name}: building from source, ${estimate(recipe.seconds)} the first time, then kept`);
  const started = performance.now();
  const elapsed = (): string => `${Math.round((performance.now() - started) / 1000)} s`;
  const go = await startGuarded({
    file: 'go',
    args: ['build', '-ldflags', linkerFlags, '-o', output, recipe.package],
    cwd: moduleFolder,
    env: buildEnvironment(recipe, process.env),
    logFile: path.join(path.dirname(output), 'build.log'),
    graceMs: 2000,
  });
  const report = setInterval(() => {
    progress(`${name}: ${elapsed()} of about ${recipe.seconds} s`);
  }, REPORT_EVERY_MS);
  const code = await go.exited;
  clearInterval(report);
  if (code !== 0) throw failure(name, code, await go.logTail(12));
  progress(`${name}: built in ${elapsed()}`);
}

function estimate(seconds: number): string {
  return seconds < 100 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;
}

function failure(name: ToolName, code: number, log: string): SupportError {
  const hint = DOWNLOAD_TROUBLE.test(log)
    ? 'its Go modules could not be downloaded (is the network up, and GOPROXY right?)'
    : `go build ended with code ${code}`;
  return new SupportError('BUILD_FAILED', `${name} could not be built: ${hint}\n${log}`, { retry: 'later' });
}
