import { describe, expect, it } from 'vitest';
import type { VPNPanel } from '../../api/index.ts';
import { closureOf, whyNowhere, type Closure } from './closures.ts';

const open = { mode: 'Manage', scheduling: 'Active', paused: false };
const roomy = { clients: 3, isDuplicate: false };

function panel(spec: object = {}, metadata: object = {}): VPNPanel {
  return { metadata: { name: 'nl', ...metadata }, spec: { ...open, ...spec } } as unknown as VPNPanel;
}

const candidates = (...closures: Closure[]) => closures.map((closure, at) => ({ name: `p${String(at)}`, closure }));

describe('a panel that takes nobody new', () => {
  it.each<[Closure | undefined, VPNPanel, Partial<typeof roomy>]>([
    [undefined, panel(), {}],
    [undefined, panel({ capacity: { maxClients: 4 } }), {}],
    ['full', panel({ capacity: { maxClients: 3 } }), {}],
    ['Cordoned', panel({ scheduling: 'Cordoned', capacity: { maxClients: 3 } }), {}],
    ['Draining', panel({ scheduling: 'Draining' }), {}],
    ['Observing', panel({ mode: 'Observe' }), {}],
    ['DuplicatePanel', panel(), { isDuplicate: true }],
    ['Paused', panel({ paused: true }), { isDuplicate: true }],
    ['Deleting', panel({}, { deletionTimestamp: '2026-01-01T00:00:00Z' }), {}],
  ])('is so for %s', (closure, resource, change) => {
    expect(closureOf(resource, { ...roomy, ...change })).toBe(closure);
  });

  it('is called full only where room would help', () => {
    expect(whyNowhere(candidates('DuplicatePanel')).reason).toBe('NoPanelOpen');
    expect(whyNowhere(candidates('Cordoned', 'Paused')).reason).toBe('NoPanelOpen');
    expect(whyNowhere(candidates('Cordoned', 'full')).reason).toBe('PanelFull');
  });

  it('is named with its reason, and many of them are counted', () => {
    expect(whyNowhere(candidates('DuplicatePanel', 'full')).message).toMatch(/: p0 \(DuplicatePanel\), p1 \(full\)$/);
    const many = Array.from({ length: 22 }, (): Closure => 'Paused');
    expect(whyNowhere(candidates(...many)).message).toMatch(/p4 \(Paused\) and 17 more$/);
  });
});
