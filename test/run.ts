import { parseCLI, startVitest, type TestModule, type Vitest } from 'vitest/node';
import { describeError } from '../src/base/errors.ts';
import { tallyLine, type Tally } from '../scripts/tally.ts';
import { ensureTools, TOOL_NAMES } from './support/toolchain.ts';

const HELP = `npm test [-- <part of a test file's path> …] [-- <option of vitest> …]

Runs the tests, on a real Kubernetes API server, a real PostgreSQL, a real 3x-ui and the real Xray, mihomo and sing-box.
The first run builds those programs from source and keeps them (17 min on two cores); later runs start at once. Nothing is left
running.

  npm test                                everything
  npm test -- src/kube                    the test files whose path contains src/kube
  npm test -- --project unit              one of unit, integration, e2e, chaos
  npm test -- -t 'expires'                the tests whose name matches
  npm test -- --update                    write golden files and snapshots anew

The last line is "N passed, N failed", with ", N skipped" if any were.
`;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(HELP);
    return 0;
  }
  // Before the tests rather than within the first that needs them: a build takes longer than a test may.
  if (args.length === 0)
    await ensureTools(TOOL_NAMES, (line) => {
      console.log(line);
    });
  const { filter, options } = parseCLI(['vitest', 'run', ...args]);
  const vitest = await startVitest('test', filter, { ...options, watch: false });
  const tally = tallyOf(vitest);
  await vitest.close();
  console.log(tallyLine(tally));
  return tally.failed === 0 && process.exitCode === undefined ? 0 : 1;
}

/** A file that does not load and an error outside of any test count as one failed test each. */
function tallyOf(vitest: Vitest): Tally {
  const modules = vitest.state.getTestModules();
  const results = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
  const count = (state: string): number => results.filter((result) => result === state).length;
  const strays = modules.filter(failedOutsideTests).length + vitest.state.getUnhandledErrors().length;
  const passed = count('passed');
  const failed = count('failed') + count('pending') + strays;
  // No tests at all, say for want of a set-up, is not success.
  return { passed, failed: failed === 0 && passed === 0 ? 1 : failed, skipped: count('skipped') };
}

function failedOutsideTests(module: TestModule): boolean {
  return module.state() === 'failed' && ![...module.children.allTests('failed')].length;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(describeError(error));
  console.log(tallyLine({ passed: 0, failed: 1 }));
  process.exitCode = 1;
}
