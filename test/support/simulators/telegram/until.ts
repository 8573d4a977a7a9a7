import { performance } from 'node:perf_hooks';
import type { Backend } from './backend.ts';

export interface Patience {
  /** Real milliseconds, whatever the simulator's clock says. Default 10,000. */
  readonly timeoutMs?: number;
}

/** How often a condition is asked again when the simulator is quiet: it may depend on something outside. */
const INTERVAL_MS = 20;

/**
 * Waits until `find` returns something other than undefined and false, asking again after each change.
 *
 * @param describe completes "waited … ms for", with what is there instead
 * @throws Error when the time is over
 */
export async function until<T>(
  backend: Backend,
  find: () => T | undefined | false,
  describe: () => string,
  { timeoutMs = 10_000 }: Patience = {},
): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    const found = find();
    if (found !== undefined && found !== false) return found;
    const leftMs = endMs - performance.now();
    if (leftMs <= 0) throw new Error(`waited ${timeoutMs} ms for ${describe()}`);
    await nextChange(backend, Math.min(INTERVAL_MS, leftMs));
  }
}

function nextChange(backend: Backend, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve();
    };
    const timer = setTimeout(finish, timeoutMs);
    const unsubscribe = backend.subscribe(finish);
  });
}
