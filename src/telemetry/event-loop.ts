import { Counter, Gauge, type Registry } from 'prom-client';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';

export interface EventLoopWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly registry: Registry;
  /** How often to look, in milliseconds. */
  readonly intervalMs?: number;
  /** From this lateness on it is a stall: leases and timeouts of ours can no longer be trusted to the second. */
  readonly stallMs?: number;
}

export interface EventLoopWatch {
  /** The longest stall since the last call, in milliseconds; 0 for none. */
  takeWorstMs(): number;
  stop(): void;
}

/** Watches whether timers come late, which means that something held the event loop, or that the process was paused. */
export function watchEventLoop(options: EventLoopWatchOptions): EventLoopWatch {
  const { clock, log, registry, intervalMs = 500, stallMs = 1000 } = options;
  const stalls = new Counter({
    name: 'wayleave_event_loop_stalls_total',
    help: `Times that the event loop was held for ${stallMs} ms or longer.`,
    registers: [registry],
  });
  const longest = new Gauge({
    name: 'wayleave_event_loop_stall_seconds_max',
    help: 'The longest stall of the event loop since the process started.',
    registers: [registry],
  });
  let worstMs = 0;
  let recordMs = 0;
  let cancel = look();

  function look(): () => void {
    const due = clock.monotonic() + intervalMs;
    return clock.schedule(intervalMs, () => {
      const lateMs = clock.monotonic() - due;
      if (lateMs >= stallMs) {
        worstMs = Math.max(worstMs, lateMs);
        recordMs = Math.max(recordMs, lateMs);
        stalls.inc();
        longest.set(recordMs / 1000);
        log.warn({ stallMs: Math.round(lateMs) }, 'the event loop was held: too much work, or the process was paused');
      }
      cancel = look();
    });
  }

  return {
    takeWorstMs() {
      const worst = worstMs;
      worstMs = 0;
      return worst;
    },
    stop() {
      cancel();
    },
  };
}
