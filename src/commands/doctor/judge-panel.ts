import { panelReasons, wantedPanelReasons, type VPNPanel } from '../../api/index.ts';
import type { PanelProbe } from '../../panels/driver.ts';
import { fail, ok, warn, type Seen } from './finding.ts';

export type OwnProbe = { readonly probe: PanelProbe } | { readonly failure: string } | { readonly notTried: string };

const dayMs = 86_400_000;
const certificateWarnDays = 14;

/** @param nowMs epoch milliseconds */
export function judgePanel(panel: VPNPanel, own: OwnProbe, nowMs: number): readonly Seen[] {
  const seen = [...judgeConditions(panel), ...judgeProbe(panel, own, nowMs)];
  return seen.length > 0 ? seen : [ok(summary(panel))];
}

function summary({ status }: VPNPanel): string {
  const { product = 'panel', version = '', clients } = status ?? {};
  return `${[product, version].join(' ').trim()} answers; clients of ours: ${String(clients?.managed ?? 0)}`;
}

function judgeConditions({ status, spec }: VPNPanel): Seen[] {
  const of = (type: string): NonNullable<NonNullable<VPNPanel['status']>['conditions']>[number] | undefined =>
    status?.conditions?.find((one) => one.type === type);
  const ready = of('Ready');
  if (spec.paused) return [warn('is paused', panelReasons.Paused)];
  if (ready === undefined)
    return [warn('no operator has looked at it yet', 'see the Lease wayleave-operator and the log of the operator')];
  const seen: Seen[] = [];
  if (ready.status !== 'True') {
    const mend = remedyOf(ready.reason);
    const says = `${ready.reason}${ready.message === '' ? '' : `: ${ready.message}`}`;
    seen.push(wantedPanelReasons.has(ready.reason) ? warn(says, mend) : fail(says, mend));
  }
  for (const type of ['RevocationsHeld', 'ClockSkewed'] as const) {
    const condition = of(type);
    if (condition?.status === 'True')
      seen.push(warn(`${condition.reason}: ${condition.message}`, remedyOf(condition.reason)));
  }
  return seen;
}

function judgeProbe({ status }: VPNPanel, own: OwnProbe, nowMs: number): Seen[] {
  if ('notTried' in own) return [];
  if ('failure' in own) {
    const isReached = status?.conditions?.some(({ type, status: value }) => type === 'Reachable' && value === 'True');
    // Networks let the operator through to panels, and not everybody.
    return isReached === true ? [warn(`answers the operator, and not from here: ${own.failure}`)] : [];
  }
  const { certificateUntilMs, core } = own.probe;
  const seen: Seen[] = [];
  if (certificateUntilMs !== undefined && certificateUntilMs < nowMs + certificateWarnDays * dayMs) {
    const end = new Date(certificateUntilMs).toISOString().slice(0, 10);
    seen.push(warn(`its certificate ends on ${end}`, 'renew it on the panel; until then everything goes on'));
  }
  if (core.state === 'error') seen.push(fail(`its Xray does not run: ${core.message}`, panelReasons.CoreStopped));
  return seen;
}

function remedyOf(reason: string): string | undefined {
  return (panelReasons as Readonly<Record<string, string>>)[reason];
}
