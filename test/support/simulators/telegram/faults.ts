import type { Params } from './params.ts';

/** What may go wrong with one call. */
export type CallFault =
  /** 429 with `parameters.retry_after`; nothing is done. */
  | { readonly kind: 'tooManyRequests'; readonly retryAfterS: number }
  /** As a broken server or gateway answers. With `commit` the work is done first. */
  | { readonly kind: 'status'; readonly status: number; readonly commit?: boolean }
  /** No answer, ever. With `commit` the work is done first. */
  | { readonly kind: 'hang'; readonly commit?: boolean }
  /** The work is done and the connection reset, so that the bot cannot know. */
  | { readonly kind: 'reset' }
  /** The connection is closed and nothing done. */
  | { readonly kind: 'refuse' }
  /** By the simulator's clock. */
  | { readonly kind: 'slow'; readonly delayMs: number };

export interface CallFaultRule {
  readonly fault: CallFault;
  /** Name of a method; absent: all of them. */
  readonly method?: string;
  readonly when?: (params: Params) => boolean;
  /** How many calls it spoils; absent: until removed. */
  times?: number;
}

/** The faults of calls in force; the first that matches spoils a call. */
export class CallFaults {
  readonly #rules = new Set<CallFaultRule>();

  /** @returns removes the rule */
  add(rule: CallFaultRule): () => void {
    const own = { ...rule };
    this.#rules.add(own);
    return () => {
      this.#rules.delete(own);
    };
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The fault for a call, which uses up one of its times. */
  take(method: string, params: Params): CallFault | undefined {
    for (const rule of this.#rules) {
      if ((rule.method !== undefined && rule.method !== method) || rule.when?.(params) === false) continue;
      if (rule.times !== undefined) {
        rule.times -= 1;
        if (rule.times <= 0) this.#rules.delete(rule);
      }
      return rule.fault;
    }
    return undefined;
  }
}
