import type { Clock } from '../../base/clock.ts';
import type { PanelDriver } from '../../panels/driver.ts';
import { PanelError, type PanelErrorCode } from '../../panels/errors.ts';

/** What is asked of a panel often enough to be measured. */
export const panelCalls = ['probe', 'list', 'ensure', 'remove', 'usage'] as const;
export type PanelCall = (typeof panelCalls)[number];

/** @param code why nothing at all could be done; undefined after a success, whatever became of single clients */
export type CallReport = (call: PanelCall, seconds: number, code: PanelErrorCode | undefined) => void;

/** The same driver, which tells how long each call took. What we gave up ourselves, because we end, is not told. */
export function measuredDriver(driver: PanelDriver, clock: Clock, report: CallReport): PanelDriver {
  async function measured<Answer>(call: PanelCall, signal: AbortSignal, ask: () => Promise<Answer>): Promise<Answer> {
    const startedMs = clock.monotonic();
    const seconds = (): number => (clock.monotonic() - startedMs) / 1000;
    try {
      const answer = await ask();
      report(call, seconds(), undefined);
      return answer;
    } catch (thrown) {
      if (thrown instanceof PanelError && !signal.aborted) report(call, seconds(), thrown.code);
      throw thrown;
    }
  }
  return {
    get maxBatch() {
      return driver.maxBatch;
    },
    writeDeadlineMs: driver.writeDeadlineMs,
    probe: (options) => measured('probe', options.signal, () => driver.probe(options)),
    list: (options) => measured('list', options.signal, () => driver.list(options)),
    fingerprint: (desired) => driver.fingerprint(desired),
    ensure: (batch, options) => measured('ensure', options.signal, () => driver.ensure(batch, options)),
    remove: (batch, options) => measured('remove', options.signal, () => driver.remove(batch, options)),
    usage: (options) => measured('usage', options.signal, () => driver.usage(options)),
    restartCore: (options) => driver.restartCore(options),
    close: () => driver.close(),
  };
}
