import type { Log } from '../base/log.ts';
import { failpoints } from '../controllers/failpoints.ts';
import { UsageError } from './usage-error.ts';

/**
 * Named points at which kill tests end the process without any warning, as a crash of the machine would.
 *
 * @param armed the point's name from WAYLEAVE_FAILPOINT; empty or absent for none
 * @throws UsageError for a name that no point has: a kill test that never kills would pass
 */
export function createFailpoint(armed: string | undefined, log: Log): (name: string) => void {
  if (armed === undefined || armed === '') return () => undefined;
  if (!failpoints.some((name) => name === armed)) {
    throw new UsageError(`WAYLEAVE_FAILPOINT: there is no point "${armed}"; there are ${failpoints.join(', ')}.`);
  }
  log.warn({ failpoint: armed }, 'WAYLEAVE_FAILPOINT is set: this process will kill itself there');
  return (name) => {
    if (name === armed) process.kill(process.pid, 'SIGKILL');
  };
}
