/*
 * A client's own limits as a panel keeps them.
 *
 * From v3.1 a panel cuts off on expiry and quota without harming others, so it is given the real ones, by its own clock.
 * Below, cutting one client off restarts Xray and drops everybody: there the limits are a backstop for a dead operator.
 */

const backstopMs = 24 * 3600 * 1000;
const gibibyte = 2 ** 30;

/** Clock differences are corrected in steps of two minutes, so that a wobbling measurement rewrites nobody. */
const stepMs = 120_000;
const maxSteps = 499;
/** A measurement is this good: half a second from the `Date` header, the rest from a slow answer. */
const measurementErrorMs = 5000;
/** How far a correction may be from today's clock difference before it counts as drift. */
const toleranceMs = 30_000;

export interface LimitRules {
  /** Whether the panel cuts on its own limits without dropping others. */
  readonly cutsHarmlessly: boolean;
}

/**
 * The expiry to write, in epoch milliseconds of the panel's clock, 0 for never. It is never early, and late by two
 * minutes at most (where limits are a backstop: by a day more).
 *
 * The milliseconds within the second tell how many steps the correction has, so that a reader gets back exactly what was
 * wanted without knowing what the clocks said when it was written.
 */
export function encodeExpiry(expiresAtMs: number, skewMs: number, { cutsHarmlessly }: LimitRules): number {
  if (expiresAtMs === 0) return 0;
  const steps = Math.max(-maxSteps, Math.min(maxSteps, Math.ceil((skewMs - measurementErrorMs) / stepMs)));
  return wholeSecond(expiresAtMs) + (cutsHarmlessly ? 0 : backstopMs) + steps * stepMs + ((steps + 1000) % 1000);
}

/**
 * What an expiry on the panel was written for.
 *
 * @returns epoch milliseconds in whole seconds, 0 for never; undefined when the panel's clock has moved away from what
 * it was written for, or when it is no expiry of ours (a negative one counts from the first use)
 */
export function decodeExpiry(expiryTime: number, skewMs: number, { cutsHarmlessly }: LimitRules): number | undefined {
  if (expiryTime === 0) return 0;
  const code = expiryTime % 1000;
  if (expiryTime < 0 || (code > maxSteps && code < 1000 - maxSteps)) return undefined;
  const steps = code > maxSteps ? code - 1000 : code;
  const aheadMs = steps * stepMs - skewMs;
  const clamped = Math.abs(steps) === maxSteps;
  if (!clamped && (aheadMs < -toleranceMs || aheadMs > stepMs + toleranceMs)) return undefined;
  return expiryTime - code - steps * stepMs - (cutsHarmlessly ? 0 : backstopMs);
}

/** Expiry as fingerprints hold it. Part of a second is rounded up: nobody is cut off early. */
export function wholeSecond(expiresAtMs: number): number {
  return Math.ceil(expiresAtMs / 1000) * 1000;
}

/** The quota to write, in bytes, 0 for none; with headroom where it is a backstop. */
export function encodeQuota(quotaBytes: number, { cutsHarmlessly }: LimitRules): number {
  if (quotaBytes === 0 || cutsHarmlessly) return quotaBytes;
  return quotaBytes + Math.max(gibibyte, Math.ceil(quotaBytes / 10));
}
