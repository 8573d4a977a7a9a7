import type { VPNPanel, VPNSubscription } from '../../api/index.ts';
import { keyOf } from '../../kube/index.ts';

export interface Readiness {
  readonly all: number;
  readonly settled: number;
  /** What is not as it must be, the panels first; empty when all is well. */
  readonly open: readonly string[];
}

/** Reasons of a subscription that is as it must be without letting anybody in, or that a person has taken out of our hands. */
const settledWithout = new Set(['Expired', 'Suspended', 'AccessDenied', 'Limited', 'Paused']);

/** Whether panels hold everybody. A panel that is only read, or paused, is nobody's to fill. */
export function judgeReadiness(panels: readonly VPNPanel[], sold: readonly VPNSubscription[]): Readiness {
  const ofPanels = panels.flatMap((panel) => {
    const why = whatIsOpen(panel);
    return why === undefined ? [] : [`panel ${keyOf(panel)} ${why}`];
  });
  const settled = sold.filter(isSettled).length;
  const rest = sold.length - settled;
  const ofSold = rest === 0 ? [] : [`${String(rest)} subscriptions wait`];
  return { all: sold.length, settled, open: [...ofPanels, ...ofSold] };
}

function whatIsOpen({ spec, status }: VPNPanel): string | undefined {
  if (spec.paused || spec.mode === 'Observe') return undefined;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined) return 'was not read by any operator yet';
  if (ready.status !== 'True') return `is not ready: ${ready.reason}`;
  const { pending = 0, drifted = 0 } = status?.clients ?? {};
  return pending + drifted === 0 ? undefined : `still has to take ${String(Math.max(pending, drifted))} clients`;
}

function isSettled({ spec, status }: VPNSubscription): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  if (ready === undefined || status?.observedRevision !== spec.entitlementRevision) return false;
  return ready.status === 'True' || settledWithout.has(ready.reason);
}
