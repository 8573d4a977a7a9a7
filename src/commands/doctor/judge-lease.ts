import { annotations } from '../../api/index.ts';
import type { Lease } from '../../kube/index.ts';
import { fail, ok, type Seen } from './finding.ts';

/** Two clocks and two renewals may lie in between. */
const toleranceMs = 15_000;

/** Whether somebody holds it who still renews it. @param nowMs by the clock of the API server */
export function judgeLease(lease: Lease | undefined, nowMs: number): Seen {
  const mend = 'look at the pods of that part and their logs: nobody does its work';
  if (lease === undefined) return fail('nobody has ever held it', mend);
  const { holderIdentity = '', renewTime, leaseDurationSeconds = 15 } = lease.spec ?? {};
  if (holderIdentity === '') return fail('nobody holds it: its last holder let go', mend);
  const silentMs = nowMs - Date.parse(renewTime ?? '');
  if (!(silentMs <= leaseDurationSeconds * 1000 + toleranceMs)) {
    return fail(`${holderIdentity} fell silent at ${renewTime ?? 'no time'}`, mend);
  }
  const version = lease.metadata.annotations?.[annotations.version];
  return ok(`held by ${hostOf(holderIdentity)}${version === undefined ? '' : `, version ${version}`}`);
}

/** Without the random part that tells two starts of one pod apart. */
export function hostOf(identity: string): string {
  return identity.split('_', 1)[0] ?? identity;
}
