import { labels, type LabelSelector, type TrafficReset, type VPNPlan } from '../api/index.ts';

/** What a plan said when somebody bought it: it may change or vanish afterwards, and he keeps this. */
export interface PlanTerms {
  /** Name of the VPNPlan, for people and for renewals; it may not exist any more. */
  readonly plan: string;
  readonly title: Readonly<Record<string, string>>;
  readonly lengthSeconds: number;
  readonly panelSelector: LabelSelector;
  /** At most this many of the selected panels; absent: all. */
  readonly maxPanels?: number;
  readonly minPanels: number;
  /** A quantity of bytes; absent: unlimited. */
  readonly trafficLimit?: string;
  readonly trafficReset: TrafficReset;
  readonly deviceLimit?: number;
}

/**
 * @param lengthSeconds of one period, as `parsePeriodSeconds` reads it
 * @param mode test money buys access to demonstration panels only
 */
export function termsOf({ metadata, spec }: VPNPlan, lengthSeconds: number, mode: 'live' | 'test'): PlanTerms {
  const selector = spec.panelSelector ?? {};
  return {
    plan: metadata.name,
    title: spec.title,
    lengthSeconds,
    panelSelector: mode === 'test' ? onlyDemo(selector) : selector,
    minPanels: spec.minPanels,
    trafficReset: spec.trafficReset,
    ...(spec.placement?.maxPanels === undefined ? {} : { maxPanels: spec.placement.maxPanels }),
    ...(spec.trafficLimit === undefined ? {} : { trafficLimit: spec.trafficLimit }),
    ...(spec.deviceLimit === undefined ? {} : { deviceLimit: spec.deviceLimit }),
  };
}

function onlyDemo(selector: LabelSelector): LabelSelector {
  return { ...selector, matchLabels: { ...selector.matchLabels, [labels.demo]: 'true' } };
}
