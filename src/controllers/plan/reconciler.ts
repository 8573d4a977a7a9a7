import { matchesSelector, vpnPlans, type VPNPanel, type VPNPlan } from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import { done, type KubeClient, type ObjectCache, type Outcome } from '../../kube/index.ts';
import { isSameJson } from '../same-json.ts';
import { writeStatus } from '../write-status.ts';
import { planStatus, type PlanPanel } from './status.ts';

export interface PlanReconcilerOptions {
  readonly client: KubeClient;
  readonly plans: ObjectCache<VPNPlan>;
  readonly panels: ObjectCache<VPNPanel>;
  readonly clock: Clock;
}

/** Says of a VPNPlan whether it can be sold now, and if not, why. It reads only what the VPNPanels show. */
export class PlanReconciler {
  readonly #options: PlanReconcilerOptions;

  constructor(options: PlanReconcilerOptions) {
    this.#options = options;
  }

  async reconcile(key: string): Promise<Outcome> {
    const { client, plans, panels, clock } = this.#options;
    const plan = plans.get(key);
    if (plan === undefined) return done;
    const selected: PlanPanel[] = [];
    for (const panel of panels.values()) {
      if (panel.metadata.namespace !== plan.metadata.namespace) continue;
      if (matchesSelector(plan.spec.panelSelector, panel.metadata.labels)) selected.push(planPanel(panel));
    }
    const status = planStatus(plan, selected, new Date(clock.now()));
    if (isSameJson(plan.status ?? {}, status)) return done;
    await writeStatus(client, vpnPlans, plan, status);
    return done;
  }
}

function planPanel({ metadata, spec, status }: VPNPanel): PlanPanel {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const managed = status?.clients?.managed ?? 0;
  const full = spec.capacity?.maxClients !== undefined && managed >= spec.capacity.maxClients;
  let why: string | undefined;
  if (metadata.deletionTimestamp !== undefined) why = 'Deleting';
  else if (ready?.status !== 'True') why = ready?.reason ?? 'Probing';
  else if (spec.scheduling !== 'Active') why = spec.scheduling;
  else if (full) why = 'AtCapacity';
  return { name: metadata.name, why };
}
