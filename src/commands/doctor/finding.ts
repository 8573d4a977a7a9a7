/** `skip`: it could not be looked at, and why is told; what stands in the way fails or warns at its own place. */
export type Verdict = 'ok' | 'warn' | 'fail' | 'skip';

/** What was seen at one place. No text holds a credential. */
export interface Finding {
  /** What was looked at: `cluster`, `panel shop/nl`. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly says: string;
  /** What to do about it. */
  readonly mend?: string;
}

/** One thing to look at, independent of all others. */
export interface Check {
  readonly name: string;
  /** @throws any error, which fails the check with its message */
  readonly look: (signal: AbortSignal) => Promise<readonly Omit<Finding, 'name'>[]>;
}

export type Seen = Omit<Finding, 'name'>;

export const ok = (says: string): Seen => ({ verdict: 'ok', says });
export const warn = (says: string, mend?: string): Seen => ({ verdict: 'warn', says, ...(mend && { mend }) });
export const fail = (says: string, mend?: string): Seen => ({ verdict: 'fail', says, ...(mend && { mend }) });
export const skip = (why: string): Seen => ({ verdict: 'skip', says: why });

/** A check whose subject is out of reach. */
export function outOfReach(name: string, why: string): Check {
  return { name, look: () => Promise.resolve([skip(why)]) };
}
