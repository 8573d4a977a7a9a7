import type { Clock } from '../base/clock.ts';

const lookMs = 60_000;
/** Corrections below this are ordinary. */
const toleranceMs = 5000;

/**
 * Calls back when the wall clock was set back. Whoever was found to be expired meanwhile was so by a clock that was wrong,
 * and no timer of theirs is left that would find out.
 *
 * @returns ends the watch
 */
export function watchForSetBack(clock: Clock, wasSetBack: () => void): () => void {
  let offsetMs = clock.now() - clock.monotonic();
  const look = (): void => {
    const before = offsetMs;
    offsetMs = clock.now() - clock.monotonic();
    cancel = clock.schedule(lookMs, look);
    if (offsetMs < before - toleranceMs) wasSetBack();
  };
  let cancel = clock.schedule(lookMs, look);
  return () => {
    cancel();
  };
}
