/** What decides about the reminders of one subscription. Instants are epoch seconds. */
export interface ReminderFacts {
  readonly expiresAt: number;
  /** Seconds from expiry, negative before it, in any order. */
  readonly moments: readonly number[];
  readonly now: number;
  /** When time was granted last: whoever has just paid is not reminded of what was due before. */
  readonly grantedAt: number;
  /** Dedupe keys of what he was told already. */
  readonly sent: ReadonlySet<string>;
}

export interface DueReminder {
  /** Seconds from expiry. */
  readonly moment: number;
  /** Names moment and expiry, so that a renewal begins anew. */
  readonly dedupe: string;
  readonly dueAt: number;
  /** From then on another reminder says it better, or nobody needs it. */
  readonly usefulUntil: number;
}

export interface ReminderPlan {
  readonly notices: readonly DueReminder[];
  /** Reminders that nobody was told of in time. */
  readonly skipped: readonly DueReminder[];
  /** When to look again; absent: never, unless the expiry changes. */
  readonly nextAt: number | undefined;
}

/** A reminder that is later than this is worse than none. */
export const latestSeconds = 12 * 3600;

/** Which reminders are to be sent now, and when to look again. */
export function dueReminders({ expiresAt, moments, now, grantedAt, sent }: ReminderFacts): ReminderPlan {
  const ordered = [...new Set(moments)].toSorted((a, b) => a - b);
  const all = ordered.map((moment, index): DueReminder => {
    const dueAt = expiresAt + moment;
    const next = ordered[index + 1];
    const ends = [dueAt + latestSeconds, ...(next === undefined ? [] : [expiresAt + next])];
    // "It ends soon" is wrong once it has ended.
    if (moment < 0) ends.push(expiresAt);
    return { moment, dedupe: `${String(moment)}:${String(expiresAt)}`, dueAt, usefulUntil: Math.min(...ends) };
  });
  const passed = all.filter(({ dueAt, dedupe }) => dueAt <= now && dueAt > grantedAt && !sent.has(dedupe));
  return {
    notices: passed.filter(({ usefulUntil }) => usefulUntil > now),
    skipped: passed.filter(({ usefulUntil }) => usefulUntil <= now),
    nextAt: all.find(({ dueAt }) => dueAt > now)?.dueAt,
  };
}

/** @param hours as a shop writes them: `-72h`, `0h`, `24h` */
export function parseMoment(hours: string): number {
  return Number.parseInt(hours, 10) * 3600;
}
