import { describe, expect, it } from 'vitest';
import {
  confirmClients,
  ensureGeneration,
  ensureSubscriptions,
  findByToken,
  hashToken,
  markPanelRemoved,
  recordUsage,
  resetUsage,
  savePanelReading,
  tokenOf,
  writeEntitlements,
  writeStates,
  type Store,
  type SubscriptionDocument,
  type SubscriptionRecord,
} from '../../../src/store/index.ts';
import { findByTokenStatement } from '../../../src/store/document.ts';
import { client, freshStore, panel, subscription, tokenKeys } from './support.ts';

function hashOf(record: SubscriptionRecord): Buffer {
  if (record.token === undefined) throw new Error('no address');
  return hashToken(tokenOf(tokenKeys, record.id, record.token));
}

async function find(store: Store, record: SubscriptionRecord): Promise<SubscriptionDocument> {
  const found = await findByToken(store, hashOf(record));
  if (found === undefined) throw new Error('not found');
  return found;
}

describe('findByToken', () => {
  it('gives all that an answer needs', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1', 'in-2')];
    await confirmClients(store, [{ ...client(alice, nl), enabled: false }]);
    const entitlement = { title: { default: 'Gold' }, expiresAtMs: 1_800_000_000_000, access: 'denied' } as const;
    await writeEntitlements(store, [
      { ...entitlement, subscriptionId: alice.id, trafficLimitBytes: 10n, deviceLimit: undefined },
    ]);
    await writeStates(store, [{ subscriptionId: alice.id, suspended: true, limited: true }]);
    const email = `wl-${alice.shortId}`;
    const reading = { subscriptionId: alice.id, email, upBytes: 5, downBytes: 6, lastOnlineMs: 0 };
    await recordUsage(store, nl.id, [reading]);
    await resetUsage(store, alice.id, 'Renewal');
    await recordUsage(store, nl.id, [{ ...reading, upBytes: 7 }]);
    expect(await find(store, alice)).toEqual({
      subscriptionId: alice.id,
      namespace: 'shop',
      name: 'alice',
      token: { serial: 1, state: 'active' },
      entitlement: { ...entitlement, source: 'resource', trafficLimitBytes: 10n, revision: 1, provisionedRevision: 0 },
      state: { suspended: true, limited: true },
      usage: { upBytes: 2n, downBytes: 0n },
      panels: [
        {
          namespace: 'shop',
          name: 'nl',
          location: 'NL',
          generation: 1,
          clientUuid: alice.generations[0]?.clientUuid,
          enabled: false,
          endpoints: nl.endpoints,
        },
      ],
      devices: [],
    });
  });

  it('finds a subscription about which nothing else is known yet', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    expect(await find(store, alice)).toMatchObject({
      entitlement: undefined,
      state: { suspended: false, limited: false },
      usage: { upBytes: 0n, downBytes: 0n },
      panels: [],
    });
    expect(await findByToken(store, hashToken('never'))).toBeUndefined();
  });

  it('serves each panel the newest generation that it was seen to hold', async () => {
    const store = await freshStore();
    const [alice, nl, de] = [
      await subscription(store),
      await panel(store, 'nl', 'in-1'),
      await panel(store, 'de', 'in-1'),
    ];
    const second = await ensureGeneration(store, alice.id, 2);
    await confirmClients(store, [client(alice, nl), client(alice, de), client(alice, de, 2)]);
    const served = (await find(store, alice)).panels.map(({ name, generation, clientUuid }) => [
      name,
      generation,
      clientUuid,
    ]);
    expect(served).toEqual([
      ['de', 2, second.clientUuid],
      ['nl', 1, alice.generations[0]?.clientUuid],
    ]);
  });

  it('gives the endpoints of the inbounds that the client is on, in the order of the panel, and panels by location', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    const panels = [
      await panel(store, 'zz', 'b', 'a', 'c'),
      await panel(store, 'aa', 'x'),
      await panel(store, 'mm', 'x'),
    ];
    await confirmClients(
      store,
      panels.map((one) => ({ ...client(alice, one), inbounds: one.name === 'zz' ? ['c', 'b', 'gone'] : ['x'] })),
    );
    const [zz] = panels;
    if (zz === undefined) throw new Error('no panel');
    await savePanelReading(store, zz.id, { identity: 'zz', endpoints: zz.endpoints, location: 'AB' });
    const served = (await find(store, alice)).panels;
    expect(served.map(({ name }) => name)).toEqual(['aa', 'zz', 'mm']);
    expect(served[1]?.endpoints.map(({ inbound }) => inbound)).toEqual(['b', 'c']);
  });

  it('serves nothing of a removed panel', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1')];
    await confirmClients(store, [client(alice, nl)]);
    await markPanelRemoved(store, nl.id);
    expect((await find(store, alice)).panels).toEqual([]);
  });

  it('looks everything up by index', async () => {
    const store = await freshStore();
    const batch = Array.from({ length: 3_000 }, (_, at) => ({
      namespace: 'shop',
      name: `s-${String(at)}`,
      source: 'resource' as const,
    }));
    const records = await ensureSubscriptions(store, batch, tokenKeys);
    const [wanted] = records;
    if (wanted === undefined) throw new Error('no record');
    const panels = [await panel(store, 'nl', 'in-1'), await panel(store, 'de', 'in-1')];
    for (const one of panels) {
      await confirmClients(
        store,
        records.map((record) => client(record, one)),
      );
      await recordUsage(
        store,
        one.id,
        records.map(({ id }) => ({ subscriptionId: id, email: id, upBytes: 1, downBytes: 1, lastOnlineMs: 0 })),
      );
    }
    const declared = { title: {}, access: 'granted', expiresAtMs: undefined, trafficLimitBytes: undefined } as const;
    await writeEntitlements(
      store,
      records.map(({ id }) => ({ ...declared, subscriptionId: id, deviceLimit: undefined })),
    );
    await writeStates(
      store,
      records.map(({ id }) => ({ subscriptionId: id, suspended: false, limited: false })),
    );
    const rows = await store.query<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(
      `explain (analyze, buffers, format json) ${findByTokenStatement.text}`,
      [hashOf(wanted)],
    );
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan;
    if (plan === undefined) throw new Error('no plan');
    const scanned = nodes(plan)
      .filter((node) => node['Node Type'] === 'Seq Scan')
      .map((node) => node['Relation Name']);
    // Panels are few and nobody has a baseline: the planner rightly reads a table of one page whole.
    expect(scanned.filter((name) => name !== 'panels' && name !== 'usage_baselines')).toEqual([]);
    expect((plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)).toBeLessThan(60);
  });
});

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Shared Hit Blocks'?: number;
  readonly 'Shared Read Blocks'?: number;
  readonly Plans?: readonly PlanNode[];
}

function nodes(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodes)];
}
