import { withDefault } from './option.ts';
import { UsageError } from './usage-error.ts';
import { durationMs } from './value-kinds.ts';

/** Settings of whoever stands for election. */
export const leaseOptions = {
  leaseDuration: withDefault('15s', {
    flag: '--lease-duration <duration>',
    variable: 'WAYLEAVE_LEASE_DURATION',
    summary: 'how long a leader that fell silent is waited for',
    kind: durationMs,
  }),
  renewDeadline: withDefault('10s', {
    flag: '--renew-deadline <duration>',
    variable: 'WAYLEAVE_RENEW_DEADLINE',
    summary: 'a leader that could not renew for this long stops leading; less than the lease duration',
    kind: durationMs,
  }),
  retryPeriod: withDefault('2s', {
    flag: '--retry-period <duration>',
    variable: 'WAYLEAVE_RETRY_PERIOD',
    summary: 'the time between two tries to get or renew the lease; less than the renew deadline',
    kind: durationMs,
  }),
};

/** @throws UsageError unless lease duration > renew deadline > retry period */
export function checkLease(lease: {
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
}): void {
  if (lease.renewDeadline < lease.leaseDuration && lease.retryPeriod < lease.renewDeadline) return;
  throw new UsageError(
    '--retry-period (WAYLEAVE_RETRY_PERIOD) must be shorter than --renew-deadline (WAYLEAVE_RENEW_DEADLINE), and that shorter than --lease-duration (WAYLEAVE_LEASE_DURATION).',
  );
}
