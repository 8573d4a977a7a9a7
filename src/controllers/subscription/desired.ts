import { createHash } from 'node:crypto';
import type { DesiredClient } from '../../panels/driver.ts';
import type { Closure } from './closures.ts';

/** What decides whether a subscription's clients may connect, in the order in which it is told to a person. */
export type AccessReason = 'Ready' | 'Suspended' | 'AccessDenied' | 'Expired' | 'Limited';

export interface AccessInput {
  readonly suspended: boolean;
  readonly denied: boolean;
  /** Epoch milliseconds, undefined for never. */
  readonly expiresAtMs: number | undefined;
  readonly limitBytes: bigint | undefined;
  readonly usedBytes: bigint;
}

export interface Access {
  readonly enabled: boolean;
  readonly reason: AccessReason;
  readonly expired: boolean;
  readonly limited: boolean;
}

export function judgeAccess(input: AccessInput, nowMs: number): Access {
  const expired = input.expiresAtMs !== undefined && input.expiresAtMs <= nowMs;
  const limited = input.limitBytes !== undefined && input.usedBytes >= input.limitBytes;
  let reason: AccessReason = 'Ready';
  if (input.suspended) reason = 'Suspended';
  else if (input.denied) reason = 'AccessDenied';
  else if (expired) reason = 'Expired';
  else if (limited) reason = 'Limited';
  return { enabled: reason === 'Ready', reason, expired, limited };
}

/** What placement needs to know of a panel. Health is only a preference: it never moves anybody. */
export interface PanelCandidate {
  /** Name of the VPNPanel within the namespace. */
  readonly name: string;
  /** Whom it has may stay: it is neither draining nor being deleted. */
  readonly keeps: boolean;
  /** Undefined: new subscriptions may be put on it. */
  readonly closure: Closure | undefined;
  readonly ready: boolean;
  readonly clients: number;
}

/**
 * Chooses the panels of a subscription: those it is on stay, the rest is filled up with the emptiest.
 *
 * @param candidates panels of the namespace that the selector matches
 * @param current names of the panels that hold a client of it, or were chosen before
 * @returns names, sorted; fewer than `maxPanels` when fewer fit
 */
export function choosePanels(
  candidates: readonly PanelCandidate[],
  current: ReadonlySet<string>,
  maxPanels: number,
): readonly string[] {
  const byName = (a: PanelCandidate, b: PanelCandidate): number => (a.name < b.name ? -1 : 1);
  const kept = candidates.filter(({ name, keeps }) => keeps && current.has(name)).toSorted(byName);
  const fresh = candidates
    .filter(({ name, closure }) => closure === undefined && !current.has(name))
    .toSorted((a, b) => Number(b.ready) - Number(a.ready) || a.clients - b.clients || byName(a, b));
  return [...kept, ...fresh]
    .slice(0, maxPanels)
    .map(({ name }) => name)
    .toSorted();
}

/** E-mail of a subscription's client on every panel; a later generation of keys is a client of its own. */
export function clientEmail(shortId: string, generation: number): string {
  return generation === 1 ? `wl-${shortId}` : `wl-${shortId}-g${String(generation)}`;
}

const headroomBytes = 1024n ** 3n;

/**
 * The panel's own quota, a backstop for when we cannot cut: far enough above the limit that we always come first, and on
 * the panel's lifetime counter, which is never reset.
 */
export function backstopQuotaBytes(limitBytes: bigint | undefined, baselineBytes: bigint): number {
  if (limitBytes === undefined) return 0;
  const tenth = limitBytes / 10n;
  return Number(baselineBytes + limitBytes + (tenth > headroomBytes ? tenth : headroomBytes));
}

/** Identifies a desired state in Postgres and in memory, whatever the panel's dialect makes of it. */
export function hashDesired(desired: DesiredClient): string {
  const { email, uuid, enabled, expiresAtMs, quotaBytes, inbounds } = desired;
  return createHash('sha1')
    .update(JSON.stringify([email, uuid, enabled, expiresAtMs, quotaBytes, inbounds]))
    .digest('base64url');
}

/** The generation of keys that an e-mail of `clientEmail` stands for. */
export function generationOf(email: string): number {
  return Number(/-g(\d+)$/.exec(email)?.[1] ?? '1');
}
