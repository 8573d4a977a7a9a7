import { ApiError } from './names.ts';

const SECONDS = { D: 86_400, W: 604_800 } as const;

/** The longest period in its own unit; also what the schema's rule says. */
export const MAX_PERIOD_COUNT = 3660;

/**
 * Length in seconds of a plan's period, `P<n>D` or `P<n>W` with n from 1 to 3660. A day is 86,400 s: periods are lengths
 * of time, not dates, so daylight saving never shortens one.
 *
 * @throws ApiError API_PERIOD_INVALID
 */
export function parsePeriodSeconds(period: string): number {
  const match = /^P([1-9][0-9]{0,3})([DW])$/.exec(period);
  const count = Number(match?.[1]);
  if (match === null || count > MAX_PERIOD_COUNT) {
    throw new ApiError(
      'API_PERIOD_INVALID',
      `period ${JSON.stringify(period)} is not P<n>D or P<n>W with n from 1 to ${String(MAX_PERIOD_COUNT)}`,
      { retry: 'never' },
    );
  }
  return count * (match[2] === 'W' ? SECONDS.W : SECONDS.D);
}
