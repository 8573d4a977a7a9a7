import { describe } from 'vitest';
import { describeBatches } from './contract-batches.ts';
import { describeConnection } from './contract-connection.ts';
import { describeDoubt } from './contract-doubt.ts';
import { describeDrift } from './contract-drift.ts';
import { describeOwnership } from './contract-ownership.ts';
import { describeState } from './contract-state.ts';
import { DriverBench, type StartPanel } from './driver-bench.ts';

/**
 * What every driver owes on every panel of its dialects, as behaviours. The same sentences are run against simulators,
 * against a real panel, and against any panel that the environment names.
 */
export function describeDriverContract(name: string, startPanel: StartPanel): void {
  describe(`a driver of ${name}`, () => {
    const bench = new DriverBench(startPanel);
    bench.manage();
    describeConnection(bench);
    describeState(bench);
    describeDrift(bench);
    describeOwnership(bench);
    describeBatches(bench);
    describeDoubt(bench);
  });
}
