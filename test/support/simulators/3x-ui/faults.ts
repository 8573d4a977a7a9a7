/** What may go wrong with one answer. */
export type Fault =
  /** The connection is closed before a byte is read; on every route, nobody listens at all. */
  | { readonly kind: 'refuse' }
  /** No answer, ever. With `commit` the panel does what was asked first. */
  | { readonly kind: 'hang'; readonly commit?: boolean }
  /** The answer's head and half of its body, then a reset. What was asked is done. */
  | { readonly kind: 'reset' }
  | { readonly kind: 'status'; readonly status: number; readonly commit?: boolean }
  | { readonly kind: 'html' }
  | { readonly kind: 'truncated' }
  /** Valid JSON whose members have other types. */
  | { readonly kind: 'wrongTypes' }
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Says what success would say, and does nothing. */
  | { readonly kind: 'lie' }
  | { readonly kind: 'body'; readonly body: string; readonly status?: number };

export interface FaultRule {
  readonly fault: Fault;
  /** Part of the path after the base path, or a pattern for it. Absent: every route. */
  readonly route?: string | RegExp;
  readonly method?: 'GET' | 'POST';
  /** How many answers it spoils; absent: until removed. */
  times?: number;
}

/** The faults in force, in the order in which they were added; the first that matches spoils an answer. */
export class FaultBook {
  readonly #rules = new Set<FaultRule>();

  /** @returns removes the rule */
  add(rule: FaultRule): () => void {
    const own = { ...rule };
    this.#rules.add(own);
    return () => {
      this.#rules.delete(own);
    };
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The fault for a request, which uses up one of its times. */
  take(method: string, path: string): Fault | undefined {
    for (const rule of this.#rules) {
      if (rule.method !== undefined && rule.method !== method) continue;
      if (typeof rule.route === 'string' ? !path.includes(rule.route) : rule.route?.test(path) === false) continue;
      if (rule.times !== undefined) {
        rule.times -= 1;
        if (rule.times <= 0) this.#rules.delete(rule);
      }
      return rule.fault;
    }
    return undefined;
  }
}
