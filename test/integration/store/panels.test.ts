import { describe, expect, it } from 'vitest';
import {
  addRevocations,
  confirmClients,
  ensureGeneration,
  ensurePanel,
  ensureSubscriptions,
  finishRevocations,
  holdRevocations,
  loadPanelClients,
  markPanelRemoved,
  openRevocations,
  permitRevocations,
  savePanelReading,
  withdrawRevocations,
  type ConfirmedClient,
  type Revocation,
} from '../../../src/store/index.ts';
import { anyBigint, anyNumber, client, freshStore, panel, subscription, tokenKeys } from './support.ts';

const unknownId = '0190a6b0-7c3e-7d2a-9f00-1234567890ab';

function revocation(of: ConfirmedClient, reason: Revocation['reason'] = 'Deselected'): Revocation {
  const { panelId, subscriptionId, generation, email } = of;
  return { panelId, subscriptionId, generation, email, reason, decidedBy: 'test' };
}

describe('panels', () => {
  it('keep their row, and what was read last, whenever they come back', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl', 'in-1');
    expect(await ensurePanel(store, { namespace: 'shop', name: 'nl' })).toEqual({
      ...nl,
      identity: 'guid of nl',
      location: 'NL',
    });
    await markPanelRemoved(store, nl.id);
    const back = await ensurePanel(store, { namespace: 'shop', name: 'nl' });
    expect(back).toMatchObject({ id: nl.id, identity: undefined, endpoints: [] });
    expect((await ensurePanel(store, { namespace: 'other', name: 'nl' })).id).not.toBe(nl.id);
  });

  it('say whether a reading differs, and keep the location when none is given', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl');
    const reading = { identity: 'guid', endpoints: [{ inbound: 'in-1', endpoint: { b: 1, a: [1, { c: null }] } }] };
    expect(await savePanelReading(store, nl.id, reading)).toBe(true);
    expect(await savePanelReading(store, nl.id, reading)).toBe(false);
    expect(await savePanelReading(store, nl.id, { ...reading, endpoints: [] })).toBe(true);
    expect((await ensurePanel(store, { namespace: 'shop', name: 'nl' })).location).toBe('NL');
    await expect(savePanelReading(store, unknownId, reading)).rejects.toMatchObject({ code: 'STORE_PANEL_UNKNOWN' });
  });

  it('tell what is left on them when they are released, and forget it', async () => {
    const store = await freshStore();
    const [alice, nl, de] = [await subscription(store), await panel(store, 'nl'), await panel(store, 'de')];
    await confirmClients(store, [client(alice, nl), client(alice, de)]);
    expect(await markPanelRemoved(store, nl.id)).toEqual([{ email: `wl-${alice.shortId}`, subscriptionId: alice.id }]);
    expect(await loadPanelClients(store, nl.id)).toEqual([]);
    expect(await loadPanelClients(store, de.id)).toHaveLength(1);
  });
});

describe('confirmed clients', () => {
  it('are kept as confirmed, and written only when they differ', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1', 'odd "tag", {with} \\ things')];
    const one = client(alice, nl);
    const changes: ConfirmedClient[] = [
      one,
      { ...one, enabled: false },
      { ...one, fingerprint: 'x' },
      { ...one, inbounds: [] },
    ];
    for (const change of changes) {
      expect(await confirmClients(store, [change])).toBe(1);
      expect(await confirmClients(store, [change, change])).toBe(0);
      expect(await loadPanelClients(store, nl.id)).toEqual([
        { ...change, firstConfirmedAtMs: anyNumber, confirmedAtMs: anyNumber },
      ]);
    }
    expect(await confirmClients(store, [])).toBe(0);
  });

  it('of several generations stand beside each other', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1')];
    await ensureGeneration(store, alice.id, 2);
    expect(await confirmClients(store, [client(alice, nl), client(alice, nl, 2)])).toBe(2);
    const generations = (await loadPanelClients(store, nl.id)).map(({ generation }) => generation);
    expect(new Set(generations)).toEqual(new Set([1, 2]));
  });

  it('must belong to credentials that exist', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl')];
    await expect(confirmClients(store, [client(alice, nl, 2)])).rejects.toMatchObject({ code: 'STORE_CONSTRAINT' });
  });

  it('can be written by several writers in any order at once', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl', 'in-1');
    // So many that writers who lock in different orders are sure to meet.
    const names = Array.from({ length: 600 }, (_, at) => `s-${String(at)}`);
    const records = await ensureSubscriptions(
      store,
      names.map((name) => ({ namespace: 'shop', name, source: 'resource' })),
      tokenKeys,
    );
    await Promise.all(
      Array.from({ length: 8 }, (_, writer) => {
        const batch = records.map((record) => ({ ...client(record, nl), fingerprint: String(writer) }));
        return confirmClients(store, writer % 2 === 0 ? batch : batch.toReversed());
      }),
    );
    const held = await loadPanelClients(store, nl.id);
    expect(held).toHaveLength(names.length);
    expect(new Set(held.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });
});

describe('a client that is confirmed for the first time', () => {
  it('may be so by several writers at once', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl', 'in-1');
    const names = Array.from({ length: 200 }, (_, at) => `s-${String(at)}`);
    const records = await ensureSubscriptions(
      store,
      names.map((name) => ({ namespace: 'shop', name, source: 'resource' })),
      tokenKeys,
    );
    // One after the other, so that in each round all writers find nothing and write at the same moment.
    for (const record of records) {
      await Promise.all(Array.from({ length: 8 }, () => confirmClients(store, [client(record, nl)])));
    }
    expect(await loadPanelClients(store, nl.id)).toHaveLength(names.length);
  });
});

describe('revocations', () => {
  it('are open once per client, and finishing one forgets the client', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1')];
    await confirmClients(store, [client(alice, nl)]);
    const wanted = revocation(client(alice, nl));
    expect(await addRevocations(store, [wanted, wanted])).toBe(1);
    expect(await addRevocations(store, [{ ...wanted, reason: 'Expired' }])).toBe(0);
    const open = await openRevocations(store, nl.id);
    expect(open).toEqual([{ ...wanted, id: anyBigint, createdAtMs: anyNumber, held: false, permitted: false }]);
    await finishRevocations(
      store,
      open.map(({ id }) => id),
    );
    expect(await openRevocations(store, nl.id)).toEqual([]);
    expect(await loadPanelClients(store, nl.id)).toEqual([]);
    expect(await addRevocations(store, [wanted])).toBe(1);
  });

  it('that were withdrawn in the meantime are not finished, and their client stays', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1')];
    await confirmClients(store, [client(alice, nl)]);
    await addRevocations(store, [revocation(client(alice, nl))]);
    const ids = (await openRevocations(store, nl.id)).map(({ id }) => id);
    await withdrawRevocations(store, ids);
    await finishRevocations(store, ids);
    expect(await loadPanelClients(store, nl.id)).toHaveLength(1);
  });

  it('are held until they are permitted', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1')];
    await addRevocations(store, [revocation(client(alice, nl))]);
    const ids = (await openRevocations(store, nl.id)).map(({ id }) => id);
    const held = async (): Promise<boolean[]> => (await openRevocations(store, nl.id)).map((one) => one.held);
    await holdRevocations(store, ids);
    expect(await held()).toEqual([true]);
    await permitRevocations(store, ids);
    expect(await held()).toEqual([false]);
    // What was let through and turned out to be the first of a wave is held again.
    await holdRevocations(store, ids);
    expect(await held()).toEqual([true]);
  });
});
