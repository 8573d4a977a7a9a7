import { type Clock, sleep, untilAborted } from '../base/clock.ts';
import { describeError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Host } from './host.ts';

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const;

/** A person who is impatient takes longer than this; programs that pass one Ctrl-C on to us twice do not. */
const sameRequestWithinMs = 1000;

/**
 * An abort signal for the first SIGTERM or SIGINT. A second one ends the process at once, with the exit code a shell
 * expects of a signal.
 *
 * One Ctrl-C can arrive twice: from the terminal and from npm, or from `timeout`, which signals us and then our group.
 */
export function abortOnStopRequest(host: Host, log: Log, clock: Clock): AbortSignal {
  const controller = new AbortController();
  let askedAt = 0;
  host.onStopRequest((request) => {
    if (!controller.signal.aborted) {
      askedAt = clock.monotonic();
      log.info({ signal: request }, 'stopping: no new work, finishing what is in hand');
      controller.abort(request);
    } else if (clock.monotonic() - askedAt >= sameRequestWithinMs) {
      log.warn({ signal: request }, 'second signal: exiting at once, work in hand is abandoned');
      host.exitNow(128 + signalNumbers[request]);
    }
  });
  return controller.signal;
}

/**
 * A signal for what serves requests: it aborts `delayMs` after `stop`. Whoever balances goes on sending for a while, because
 * nobody tells him at the same moment as us, and what we refuse meanwhile is lost. A person at a terminal, who sends SIGINT,
 * does not wait.
 */
export function closeLater(stop: AbortSignal, delayMs: number, clock: Clock): AbortSignal {
  const closing = new AbortController();
  void untilAborted(stop).then(async () => {
    if (stop.reason !== 'SIGINT') await sleep(clock, delayMs);
    closing.abort(stop.reason);
  });
  return closing.signal;
}

/** Something that was started and has to be ended, in the reverse order of starting. */
export interface Closable {
  readonly name: string;
  close(): Promise<void>;
}

/**
 * Closes in the given order, each step within what is left of the deadline. A step that fails or hangs does not keep the
 * others from being closed: sockets and leases must not outlive us because a database hung.
 *
 * @returns names of the steps that failed or ran out of time
 */
export async function closeInOrder(
  steps: readonly Closable[],
  { deadlineMs, clock, log }: { deadlineMs: number; clock: Clock; log: Log },
): Promise<readonly string[]> {
  const end = clock.monotonic() + deadlineMs;
  const failed: string[] = [];
  for (const step of steps) {
    try {
      await within(Math.max(0, end - clock.monotonic()), clock, step.close());
    } catch (error) {
      failed.push(step.name);
      log.error({ step: step.name, error: describeError(error) }, 'could not be closed in order');
    }
  }
  return failed;
}

/** @throws Error when `work` takes longer; the work itself goes on */
export async function within<T>(limitMs: number, clock: Clock, work: Promise<T>): Promise<T> {
  let cancel = (): void => undefined;
  const late = new Promise<never>((_, reject) => {
    cancel = clock.schedule(limitMs, () => {
      reject(new Error(`not done within ${Math.round(limitMs)} ms`));
    });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    cancel();
  }
}
