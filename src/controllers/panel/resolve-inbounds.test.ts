import { describe, expect, it } from 'vitest';
import type { PanelInbound } from '../../panels/driver.ts';
import { resolveInbounds, type InboundChoice, type StoredEndpoint } from './resolve-inbounds.ts';

function inbound(tag: string, change: Partial<PanelInbound> = {}): PanelInbound {
  return {
    tag,
    remark: `remark of ${tag}`,
    protocol: 'vless',
    transport: 'tcp',
    security: 'none',
    port: 443,
    clientCount: 0,
    template: {
      protocol: 'vless',
      port: 443,
      transport: { type: 'tcp' },
      security: { type: 'none' },
      encryption: 'none',
    },
    lockedOut: [],
    ...change,
  };
}

function unusable(tag: string): PanelInbound {
  const { template: _, ...rest } = inbound(tag, { unusable: { reason: 'Disabled', message: 'it is switched off' } });
  return rest;
}

const choice = (name: string, match: InboundChoice['match']): InboundChoice => ({
  name,
  match,
  endpoints: [{ address: 'nl.example', remark: 'Amsterdam' }],
});
const resolve = (
  choices: InboundChoice[] | undefined,
  inbounds: PanelInbound[],
  previous: readonly StoredEndpoint[] = [],
) => resolveInbounds(choices, inbounds, previous, 'panel.example', 'NL');

describe('the inbounds that customers get', () => {
  it('are all usable ones at the panel’s host when the resource names none', () => {
    const { tags, endpoints, problems } = resolve(undefined, [inbound('a'), unusable('b')]);
    expect(tags).toEqual(['a']);
    expect(endpoints).toMatchObject([
      { inbound: 'a', endpoint: { address: 'panel.example', remark: 'NL remark of a' } },
    ]);
    expect(problems).toEqual([]);
  });

  it('are found by tag or remark, one endpoint per public address', () => {
    const { endpoints, tags } = resolve([choice('main', { remark: 'remark of a' })], [inbound('a'), inbound('b')]);
    expect(tags).toEqual(['a']);
    expect(endpoints[0]?.endpoint).toMatchObject({ address: 'nl.example', port: 443, remark: 'Amsterdam' });
  });

  it.each([
    ['InboundMissing', [inbound('other')]],
    ['InboundAmbiguous', [inbound('a', { remark: 'x' }), inbound('b', { remark: 'x' })]],
    ['InboundUnusable', [{ ...unusable('a'), remark: 'x' }]],
  ])('keep their last endpoints under %s', (reason, inbounds) => {
    const chosen = [choice('main', { remark: 'x' })];
    const before = resolve(chosen, [inbound('a', { remark: 'x' })]).endpoints;
    const now = resolve(chosen, inbounds, before);
    expect(now.problems.map((problem) => problem.reason)).toEqual([reason]);
    expect(now.endpoints).toEqual(before);
    expect(now.tags).toEqual(['a']);
  });

  it('stay whole when a panel suddenly shows none at all', () => {
    const before = resolve(undefined, [inbound('a'), inbound('b')]).endpoints;
    const now = resolve(undefined, [], before);
    expect(now.endpoints).toEqual(before);
    expect(now.problems[0]?.reason).toBe('NoUsableInbound');
  });

  it('leave when the resource no longer names them', () => {
    const before = resolve(
      [choice('a', { tag: 'a' }), choice('b', { tag: 'b' })],
      [inbound('a'), inbound('b')],
    ).endpoints;
    expect(resolve([choice('a', { tag: 'a' })], [inbound('a'), inbound('b')], before).tags).toEqual(['a']);
  });
});
