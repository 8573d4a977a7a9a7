import { clip, type Condition, type PlanReason, type VPNPlan, type VPNPlanStatus } from '../../api/index.ts';
import { setCondition } from '../../kube/index.ts';

export interface PlanPanel {
  readonly name: string;
  /** Why it can take no subscription now, in one word; undefined when it can. */
  readonly why: string | undefined;
}

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: PlanReason;
  readonly message: string;
}

/** What a VPNPlan shows. Pure; panels in any order give the same status. */
export function planStatus(plan: VPNPlan, selected: readonly PlanPanel[], now: Date): VPNPlanStatus {
  const panels = selected.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const ready = panels.filter(({ why }) => why === undefined).length;
  const sellable = judgeSellable(plan, panels, ready);
  const { generation } = plan.metadata;
  const observed = generation === undefined ? {} : { observedGeneration: generation };
  let conditions: Condition[] = [...(plan.status?.conditions ?? [])];
  for (const [type, verdict] of [
    ['Sellable', sellable],
    ['Ready', judgeReady(panels, ready)],
  ] as const) {
    conditions = setCondition(conditions, { type, ...verdict, ...observed }, now);
  }
  return {
    ...observed,
    sellable: sellable.status === 'True',
    panels: { selected: panels.length, ready },
    summary: `${String(ready)}/${String(panels.length)}`,
    conditions,
  };
}

function judgeSellable(plan: VPNPlan, panels: readonly PlanPanel[], ready: number): Verdict {
  const { minPanels } = plan.spec;
  if (plan.metadata.deletionTimestamp !== undefined) {
    return { status: 'False', reason: 'Deleting', message: 'the plan is being deleted; what was sold stays' };
  }
  if (panels.length === 0) {
    return {
      status: 'False',
      reason: 'NoPanelSelected',
      message: 'no VPNPanel of this namespace has the labels of spec.panelSelector',
    };
  }
  const figures = `${String(ready)} of ${String(panels.length)} selected panels can take a subscription, ${String(minPanels)} needed`;
  if (ready >= minPanels) return { status: 'True', reason: 'Sellable', message: figures };
  return { status: 'False', reason: 'TooFewPanels', message: `${figures}; not ready: ${notReady(panels)}` };
}

function judgeReady(panels: readonly PlanPanel[], ready: number): Verdict {
  if (panels.length === 0) return { status: 'False', reason: 'NoPanelSelected', message: 'no panel is selected' };
  if (ready === panels.length)
    return { status: 'True', reason: 'AllPanelsReady', message: 'every selected panel is ready' };
  return { status: 'False', reason: 'SomePanelsNotReady', message: notReady(panels) };
}

function notReady(panels: readonly PlanPanel[]): string {
  const names = panels.filter(({ why }) => why !== undefined).map(({ name, why }) => `${name} (${why ?? ''})`);
  const shown = names.slice(0, 10).join(', ');
  return clip(names.length > 10 ? `${shown} and ${String(names.length - 10)} more` : shown, 4096);
}
