import { describe, expect, it } from 'vitest';
import type { Entitlement, PlanTerms } from '../../ledger/index.ts';
import { ledgerFields, projectedSpec } from './projected-spec.ts';

const terms: PlanTerms = {
  plan: 'month',
  title: { default: 'A month', ru: 'Месяц' },
  lengthSeconds: 2_592_000,
  panelSelector: { matchLabels: { tier: 'main' } },
  minPanels: 2,
  trafficReset: 'Renewal',
};

function entitlement(changes: Partial<Entitlement> = {}): Entitlement {
  return { expiresAt: 1_800_000_000, access: 'granted', terms, changesAt: undefined, ...changes };
}

describe('what a resource says of an entitlement', () => {
  it('is the whole snapshot, so that nothing depends on the plan', () => {
    expect(projectedSpec(entitlement(), 7)).toEqual({
      planRef: { name: 'month' },
      title: { default: 'A month', ru: 'Месяц' },
      panelSelector: { matchLabels: { tier: 'main' } },
      minPanels: 2,
      trafficReset: 'Renewal',
      expiresAt: '2027-01-15T08:00:00Z',
      entitlementAccess: 'Granted',
      entitlementRevision: 7,
    });
  });

  it('has the limits where there are any', () => {
    const limited = { ...terms, trafficLimit: '50Gi', deviceLimit: 3, maxPanels: 4 };
    expect(projectedSpec(entitlement({ terms: limited }), 1)).toMatchObject({
      trafficLimit: '50Gi',
      deviceLimit: 3,
      placement: { maxPanels: 4 },
    });
  });

  it('denies access while it is held', () => {
    expect(projectedSpec(entitlement({ access: 'denied' }), 1).entitlementAccess).toBe('Denied');
  });

  it('keeps every part of a selector', () => {
    const panelSelector = {
      matchLabels: { tier: 'main' },
      matchExpressions: [
        { key: 'region', operator: 'In', values: ['eu', 'us'] },
        { key: 'old', operator: 'DoesNotExist' },
      ],
    } as const;
    expect(projectedSpec(entitlement({ terms: { ...terms, panelSelector } }), 1).panelSelector).toEqual(panelSelector);
  });

  it('says nothing beyond the fields that the ledger owns', () => {
    const everything = { ...terms, trafficLimit: '1Gi', deviceLimit: 1, maxPanels: 1 };
    const spec = projectedSpec(entitlement({ terms: everything }), 1);
    expect(Object.keys(spec).toSorted()).toEqual([...ledgerFields].toSorted());
  });
});
