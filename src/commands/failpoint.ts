import type { Log } from '../base/log.ts';
import { UsageError } from './usage-error.ts';

/** Ends the process at once. */
export type Kill = () => void;

const killSelf: Kill = () => process.kill(process.pid, 'SIGKILL');

/**
 * Named points at which kill tests end the process without any warning, as a crash of the machine would.
 *
 * @param armed from WAYLEAVE_FAILPOINT: the point's name, or `name:n` for the n-th time that it is passed; empty or absent
 *   for none
 * @param points the names that this command passes, from every part that it runs
 * @throws UsageError for a name that no point has: a kill test that never kills would pass
 */
export function createFailpoint(
  armed: string | undefined,
  points: readonly string[],
  log: Log,
  kill: Kill = killSelf,
): (name: string) => void {
  if (armed === undefined || armed === '') return () => undefined;
  const [, point = '', digits] = /^([^:]*)(?::([1-9]\d{0,5}))?$/.exec(armed) ?? [];
  if (!points.includes(point)) {
    throw new UsageError(
      `WAYLEAVE_FAILPOINT: there is no point "${armed}"; write a name, or name:n for the n-th time, of ${points.join(', ')}.`,
    );
  }
  log.warn({ failpoint: armed }, 'WAYLEAVE_FAILPOINT is set: this process will kill itself there');
  let left = Number(digits ?? 1);
  return (name) => {
    if (name !== point) return;
    left -= 1;
    if (left === 0) kill();
  };
}
