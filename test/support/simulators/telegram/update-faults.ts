import type { Update, UpdateType } from './wire.ts';

/** What may happen to an update on its way. */
export type UpdateFault =
  /** It never reaches the bot. */
  | { readonly kind: 'drop' }
  /** It reaches the bot again after it was confirmed. */
  | { readonly kind: 'duplicate'; readonly copies?: number }
  /** It reaches the bot later, and after those that came in the meantime. */
  | { readonly kind: 'delay'; readonly delayMs: number };

export interface UpdateFaultRule {
  readonly fault: UpdateFault;
  /** Default: any. */
  readonly type?: UpdateType;
  readonly when?: (update: Omit<Update, 'update_id'>) => boolean;
  /** How many updates it spoils; absent: until removed. */
  times?: number;
}

/** The faults of delivery in force; the first that matches spoils an update. */
export class UpdateFaults {
  readonly #rules = new Set<UpdateFaultRule>();

  /** @returns removes the rule */
  add(rule: UpdateFaultRule): () => void {
    const own = { ...rule };
    this.#rules.add(own);
    return () => {
      this.#rules.delete(own);
    };
  }

  clear(): void {
    this.#rules.clear();
  }

  /** The fault for an update, which uses up one of its times. */
  take(type: UpdateType, update: Omit<Update, 'update_id'>): UpdateFault | undefined {
    for (const rule of this.#rules) {
      if ((rule.type !== undefined && rule.type !== type) || rule.when?.(update) === false) continue;
      if (rule.times !== undefined) {
        rule.times -= 1;
        if (rule.times <= 0) this.#rules.delete(rule);
      }
      return rule.fault;
    }
    return undefined;
  }
}
