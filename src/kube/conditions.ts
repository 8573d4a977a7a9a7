/** One entry of `status.conditions`, as the Kubernetes API conventions have it. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}

export type NextCondition = Omit<Condition, 'lastTransitionTime'>;

/**
 * `conditions` with `next` in place of the one of its type, or at the end. `lastTransitionTime` moves only when the
 * status flips.
 */
export function setCondition(conditions: readonly Condition[], next: NextCondition, now: Date): Condition[] {
  const known = conditions.find(({ type }) => type === next.type);
  if (known === undefined) {
    return [...conditions, { ...next, lastTransitionTime: secondsOf(now) }];
  }
  if (
    known.status === next.status &&
    known.reason === next.reason &&
    known.message === next.message &&
    known.observedGeneration === next.observedGeneration
  ) {
    return [...conditions];
  }
  const lastTransitionTime = known.status === next.status ? known.lastTransitionTime : secondsOf(now);
  return conditions.map((condition) => (condition === known ? { ...next, lastTransitionTime } : condition));
}

/** metav1.Time has no fractions. */
function secondsOf(now: Date): string {
  return now.toISOString().replace(/\.\d+Z$/, 'Z');
}
