/** Revocations that a person ordered on the panel itself, or that follow a confirmed replacement, are never held. */
export type RevocationReason = 'Deleted' | 'KeysRotated' | 'Deselected' | 'PanelDraining' | 'Expired';

const unguarded: ReadonlySet<RevocationReason> = new Set(['KeysRotated', 'PanelDraining']);

/** Does it count towards a wave? */
export function isGuarded(reason: RevocationReason): boolean {
  return !unguarded.has(reason);
}

export interface GuardedRevocation {
  readonly reason: RevocationReason;
  readonly createdAtMs: number;
  /** Set once a wave was held; only an annotation or the subscription's return ends it. */
  readonly held: boolean;
  /** It was let through before, and only waits for its panel. */
  readonly permitted: boolean;
  /** It has been known here for `settleMs`, whatever clocks say. */
  readonly settled: boolean;
}

export interface GuardVerdict<R extends GuardedRevocation> {
  readonly permitted: readonly R[];
  /** Too many at once: to be marked as held, if they are not yet. */
  readonly held: readonly R[];
  /** Too young to tell a single deletion from the first of a wave. */
  readonly settling: readonly R[];
}

export const guardWindowMs = 600_000;
export const settleMs = 5000;

/**
 * Decides which revocations of a panel may be carried out now.
 *
 * More than max(20, 5 % of its clients) within ten minutes look like an accident (a deleted namespace, an operator on an
 * empty cluster) and are held until somebody allows them. A revocation waits a moment before it counts as single, or
 * else the first twenty of a wave would be gone before the wave is seen. What nobody has judged yet counts however old it
 * is: a process that died right after it recorded a wave may be away for longer than ten minutes.
 *
 * @param open revocations that are not carried out yet
 * @param doneInWindow guarded ones that were carried out within the last ten minutes, without those a person allowed
 * @param clients how many of our clients the panel has
 * @param allowedUntilMs everything recorded up to this instant is allowed by a person, 0 for nothing
 */
export function judgeRevocations<R extends GuardedRevocation>(
  open: readonly R[],
  doneInWindow: number,
  clients: number,
  allowedUntilMs: number,
  nowMs: number,
): GuardVerdict<R> {
  const permitted: R[] = [];
  const held: R[] = [];
  const settling: R[] = [];
  const judged: R[] = [];
  for (const revocation of open) {
    if (unguarded.has(revocation.reason) || revocation.createdAtMs <= allowedUntilMs) permitted.push(revocation);
    else if (revocation.held) held.push(revocation);
    else if (revocation.permitted && revocation.createdAtMs <= nowMs - guardWindowMs) permitted.push(revocation);
    else judged.push(revocation);
  }
  const limit = Math.max(20, Math.floor(clients * 0.05));
  const wave = judged.length + doneInWindow + held.length > limit;
  for (const revocation of judged) {
    if (wave) held.push(revocation);
    else if (revocation.settled) permitted.push(revocation);
    else settling.push(revocation);
  }
  return { permitted, held, settling };
}
