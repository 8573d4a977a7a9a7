import { describe, expect, it } from 'vitest';
import type { VPNPanel, VPNSubscription } from '../../api/index.ts';
import { judgeReadiness } from './readiness.ts';

function panel(reason: string | undefined, clients: object = {}, spec: object = {}): VPNPanel {
  const conditions =
    reason === undefined ? [] : [{ type: 'Ready', status: reason === 'Ready' ? 'True' : 'False', reason }];
  const status = { conditions, clients: { pending: 0, drifted: 0, ...clients } };
  return {
    metadata: { namespace: 'ns', name: 'nl' },
    spec: { paused: false, mode: 'Manage', ...spec },
    status,
  } as unknown as VPNPanel;
}

function sold(reason: string | undefined, revisions: { readonly observed: number } = { observed: 3 }): VPNSubscription {
  const conditions =
    reason === undefined ? [] : [{ type: 'Ready', status: reason === 'Ready' ? 'True' : 'False', reason }];
  return {
    spec: { entitlementRevision: 3 },
    status: { conditions, observedRevision: revisions.observed },
  } as unknown as VPNSubscription;
}

describe('panels hold everybody', () => {
  it.each([
    ['when all are ready', [panel('Ready')], [sold('Ready')], true],
    ['when some have expired or are suspended', [panel('Ready')], [sold('Expired'), sold('Suspended')], true],
    ['not while a client is on its way', [panel('Ready')], [sold('PartiallyProvisioned')], false],
    ['not while an older revision is shown', [panel('Ready')], [sold('Ready', { observed: 2 })], false],
    ['not before an operator has looked', [panel(undefined)], [], false],
    ['not while a panel is down', [panel('Unreachable')], [sold('Ready')], false],
    ['not while a panel has something to take', [panel('Ready', { pending: 1 })], [sold('Ready')], false],
    ['not while a panel lacks what it had', [panel('Ready', { drifted: 1 })], [sold('Ready')], false],
    ['whatever a panel does that is only read', [panel('Observing', {}, { mode: 'Observe' })], [sold('Ready')], true],
    ['whatever a panel does that is paused', [panel('Paused', {}, { paused: true })], [sold('Ready')], true],
  ] as const)('%s', (_, panels, subscriptions, expected) => {
    expect(judgeReadiness(panels, subscriptions).open.length === 0).toBe(expected);
  });
});
