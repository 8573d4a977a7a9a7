import { setTimeout as delay } from 'node:timers/promises';
import { KubeError } from '../../../src/kube/index.ts';

/** What a look found, or what it still waits for, in words. */
export type Look<T> = { readonly found: T } | { readonly waiting: string };

export interface Waiting {
  readonly signal: AbortSignal;
  readonly progress: (text: string) => void;
  /** Default: five minutes. */
  readonly limitMs?: number;
}

const lookEveryMs = 250;

/**
 * Looks until something is found. An API server that fails for a moment is looked at again.
 *
 * @throws Error that names `what` and what was waited for last, when the time is over; the reason of `signal` when it aborts
 */
export async function until<T>(
  what: string,
  { signal, progress, limitMs = 300_000 }: Waiting,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const end = performance.now() + limitMs;
  for (;;) {
    signal.throwIfAborted();
    const seen = await lookAgainLater(look);
    if ('found' in seen) return seen.found;
    progress(seen.waiting);
    if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain for ${what}: ${seen.waiting}`);
    await delay(lookEveryMs, undefined, { signal });
  }
}

async function lookAgainLater<T>(look: () => Promise<Look<T>>): Promise<Look<T>> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof KubeError && error.retry === 'later') return { waiting: error.message };
    throw error;
  }
}
