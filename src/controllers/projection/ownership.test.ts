import { describe, expect, it } from 'vitest';
import { annotations } from '../../api/index.ts';
import type { ObjectMeta } from '../../kube/index.ts';
import { isOverridden, overriddenFields, projectedRevision, projectionMark } from './ownership.ts';
import type { ProjectedSpec } from './projected-spec.ts';

const spec: ProjectedSpec = {
  planRef: { name: 'month' },
  title: { default: 'A month', en: 'A month' },
  panelSelector: { matchLabels: { tier: 'main' } },
  minPanels: 1,
  trafficLimit: '50Gi',
  trafficReset: 'Never',
  expiresAt: '2027-01-15T08:00:00Z',
  entitlementAccess: 'Granted',
  entitlementRevision: 7,
};

const fields = {
  'f:planRef': { 'f:name': {} },
  'f:title': { 'f:default': {}, 'f:en': {} },
  'f:panelSelector': {},
  'f:minPanels': {},
  'f:trafficLimit': {},
  'f:trafficReset': {},
  'f:expiresAt': {},
  'f:entitlementAccess': {},
  'f:entitlementRevision': {},
};

interface Entry {
  readonly manager: string;
  readonly operation?: string;
  readonly subresource?: string;
  readonly spec?: object;
}

/** As the API server keeps it after a projection, and after what others did then. */
function metadata(ledgers: object, ...others: readonly Entry[]): ObjectMeta {
  const ledger = { manager: 'wayleave-ledger', operation: 'Apply', spec: ledgers };
  return {
    name: 'sub-1',
    annotations: { [annotations.projected]: projectionMark(spec) },
    managedFields: [ledger, ...others].map(({ spec: owned, ...entry }) => ({
      operation: 'Update',
      fieldsType: 'FieldsV1',
      ...entry,
      fieldsV1: owned === undefined ? { 'f:metadata': {} } : { 'f:metadata': {}, 'f:spec': owned },
    })),
  };
}

function without(...keys: readonly string[]): object {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)));
}

const calm: readonly [string, ObjectMeta][] = [
  ['after the projection', metadata(fields)],
  [
    'when people set what is theirs',
    metadata(fields, { manager: 'kubectl-edit', spec: { 'f:suspended': {}, 'f:credentialsGeneration': {} } }),
  ],
  [
    'when the operator writes status and finalizers',
    metadata(fields, { manager: 'wayleave-operator' }, { manager: 'wayleave-operator', subresource: 'status' }),
  ],
  [
    'when somebody applies the very same value beside the ledger',
    metadata(fields, { manager: 'argocd', operation: 'Apply', spec: { 'f:expiresAt': {} } }),
  ],
];

const edited: readonly [string, ObjectMeta, readonly string[]][] = [
  [
    'changed',
    metadata(without('f:expiresAt'), { manager: 'kubectl-edit', spec: { 'f:expiresAt': {} } }),
    ['expiresAt'],
  ],
  ['removed', metadata(without('f:trafficLimit')), ['trafficLimit']],
  ['added', metadata(fields, { manager: 'kubectl-edit', spec: { 'f:deviceLimit': {} } }), ['deviceLimit']],
  [
    'changed within',
    metadata(
      { ...fields, 'f:title': { 'f:en': {} } },
      { manager: 'kubectl-edit', spec: { 'f:title': { '.': {}, 'f:default': {} } } },
    ),
    ['title'],
  ],
  [
    'changed by a pretender who does not apply',
    metadata(without('f:minPanels'), { manager: 'wayleave-ledger', spec: { 'f:minPanels': {} } }),
    ['minPanels'],
  ],
];

describe('the owners of fields', () => {
  it.each(calm)('tell that nobody touched what is the ledgers %s', (_, of) => {
    expect(isOverridden(of)).toBe(false);
    expect(overriddenFields(of, spec)).toEqual([]);
  });

  it.each(edited)('tell that a field was %s', (_, of, touched) => {
    expect(isOverridden(of)).toBe(true);
    expect(overriddenFields(of, spec)).toEqual(touched);
  });

  it('tell that the mark itself is gone', () => {
    const { annotations: _, ...bare } = metadata(fields);
    expect(isOverridden(bare)).toBe(true);
    expect(projectedRevision(bare)).toBeUndefined();
  });
});

describe('the mark of a projection', () => {
  it('says which revision it shows', () => {
    expect(projectedRevision(metadata(fields))).toBe(7);
  });

  it.each(['', 'seven/x', '7', '/x', '-1/x'])('says nothing when it is %j', (mark) => {
    expect(projectedRevision({ name: 'sub-1', annotations: { [annotations.projected]: mark } })).toBeUndefined();
  });

  it('differs with the fields and not with their values', () => {
    const mark = projectionMark(spec);
    expect(projectionMark({ ...spec, trafficLimit: '1Gi' })).toBe(mark);
    expect(projectionMark({ ...spec, deviceLimit: 1 })).not.toBe(mark);
  });
});
