import { describe, expect, it } from 'vitest';
import type { VPNPanel } from '../../api/index.ts';
import { vpnPanel } from '../../../test/support/manifests.ts';
import { PanelError } from '../../panels/errors.ts';
import type { PanelFacts } from './health.ts';
import { eventTypeOf, panelStatus } from './status.ts';

const unknown: PanelFacts = { probe: undefined, failure: undefined, inbounds: undefined, duplicateOf: undefined };
const unreachable = new PanelError('PANEL_UNREACHABLE', 'connection refused', { retry: 'later' });
const counts = { managed: 0, foreign: 0, unclaimed: 0, drifted: 0, pending: 0, revokePending: 0, revocationsHeld: 0 };
const then = new Date('2026-01-01T00:00:00Z');

/** As another leader has left it, having seen this generation ready. */
function left(readyAt: number): VPNPanel {
  const { spec, ...panel } = vpnPanel({ name: 'nl', namespace: 'shop' }, { url: 'http://127.0.0.1:1' });
  const ready = { type: 'Ready', status: 'True', reason: 'Ready', message: '', observedGeneration: readyAt } as const;
  return {
    ...panel,
    metadata: { ...panel.metadata, generation: 2 },
    spec,
    status: { conditions: [{ ...ready, lastTransitionTime: then.toISOString() }] },
  } as VPNPanel;
}

function readyOf(panel: VPNPanel, facts: PanelFacts): string | undefined {
  return panelStatus(panel, facts, counts, then).conditions?.find(({ type }) => type === 'Ready')?.status;
}

describe('what a new leader shows of a panel that it has not looked at', () => {
  it.each([
    { what: 'what the one before saw', seen: 2, facts: unknown, shown: 'True' },
    { what: 'nothing, if somebody changed the panel since', seen: 1, facts: unknown, shown: 'Unknown' },
    { what: 'that it cannot be reached', seen: 2, facts: { ...unknown, failure: unreachable }, shown: 'False' },
  ])('$what', ({ seen, facts, shown }) => {
    expect(readyOf(left(seen), facts)).toBe(shown);
  });
});

describe('the Event about a panel that became ready or not', () => {
  it.each([
    ['True', 'Ready', 'Normal'],
    ['False', 'Observing', 'Normal'],
    ['False', 'Paused', 'Normal'],
    ['False', 'Unreachable', 'Warning'],
  ] as const)('%s/%s is %s', (status, reason, type) => {
    expect(eventTypeOf({ status, reason })).toBe(type);
  });
});
