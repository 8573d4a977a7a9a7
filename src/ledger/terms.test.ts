import { describe, expect, it } from 'vitest';
import type { VPNPlan } from '../api/index.ts';
import { termsOf } from './terms.ts';

function plan(spec: Partial<VPNPlan['spec']> = {}): VPNPlan {
  return {
    apiVersion: 'wayleave.dev/v1alpha1',
    kind: 'VPNPlan',
    metadata: { name: 'month' },
    spec: {
      title: { default: 'A month' },
      period: 'P30D',
      minPanels: 1,
      trafficReset: 'Never',
      visibility: 'Public',
      order: 0,
      ...spec,
    },
  };
}

describe('terms', () => {
  it('keep what the plan said', () => {
    const spec = {
      trafficLimit: '50Gi',
      deviceLimit: 3,
      placement: { maxPanels: 2 },
      panelSelector: { matchLabels: { location: 'nl' } },
    } as Partial<VPNPlan['spec']>;
    expect(termsOf(plan(spec), 30, 'live')).toEqual({
      plan: 'month',
      title: { default: 'A month' },
      lengthSeconds: 30,
      panelSelector: { matchLabels: { location: 'nl' } },
      maxPanels: 2,
      minPanels: 1,
      trafficLimit: '50Gi',
      trafficReset: 'Never',
      deviceLimit: 3,
    });
  });

  it('leave out what the plan does not limit', () => {
    expect(Object.keys(termsOf(plan(), 30, 'live'))).toEqual([
      'plan',
      'title',
      'lengthSeconds',
      'panelSelector',
      'minPanels',
      'trafficReset',
    ]);
  });

  it.each([
    ['nothing', undefined],
    ['some panels', { matchLabels: { location: 'nl' } }],
    ['the panels of others', { matchLabels: { 'wayleave.dev/demo': 'false' } }],
  ])('of test money stay on demonstration panels where the plan selects %s', (_, panelSelector) => {
    const spec = panelSelector === undefined ? {} : { panelSelector };
    const { matchLabels } = termsOf(plan(spec), 30, 'test').panelSelector;
    expect(matchLabels).toEqual({ ...panelSelector?.matchLabels, 'wayleave.dev/demo': 'true' });
  });
});
