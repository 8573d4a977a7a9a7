import { describe, expect, it } from 'vitest';
import {
  ensureSubscriptions,
  findSubscriptions,
  markProvisioned,
  writeEntitlements,
  writeStates,
  type DeclaredEntitlement,
} from '../../../src/store/index.ts';
import { freshStore, subscription, tokenKeys } from './support.ts';

function declared(subscriptionId: string, change: Partial<DeclaredEntitlement> = {}): DeclaredEntitlement {
  return {
    subscriptionId,
    title: { default: 'Gold', de: 'Gold "24" \\ 100 %' },
    expiresAtMs: 1_800_000_000_123,
    access: 'granted',
    trafficLimitBytes: 2n ** 53n + 1n,
    deviceLimit: 3,
    ...change,
  };
}

describe('writeEntitlements', () => {
  it('keeps what was declared, exactly', async () => {
    const store = await freshStore();
    const { id } = await subscription(store);
    await writeEntitlements(store, [declared(id)]);
    const [record] = await findSubscriptions(store, [id]);
    const { subscriptionId: _, ...rest } = declared(id);
    expect(record?.entitlement).toEqual({ ...rest, source: 'resource', revision: 1, provisionedRevision: 0 });
  });

  it('raises the revision when, and only when, something differs', async () => {
    const store = await freshStore();
    const { id } = await subscription(store);
    const write = async (change: Partial<DeclaredEntitlement> = {}): Promise<number | undefined> =>
      (await writeEntitlements(store, [declared(id, change)])).revisions.get(id);
    expect([await write(), await write()]).toEqual([1, 1]);
    const changes: Partial<DeclaredEntitlement>[] = [
      { expiresAtMs: undefined },
      { expiresAtMs: undefined, trafficLimitBytes: undefined },
      { expiresAtMs: undefined, trafficLimitBytes: undefined, deviceLimit: undefined },
      { access: 'denied' },
      { title: {} },
    ];
    for (const [at, change] of changes.entries())
      expect([await write(change), await write(change)]).toEqual([at + 2, at + 2]);
  });

  it('never touches what the ledger owns, and writes the rest of the batch', async () => {
    const store = await freshStore();
    const [bought] = await ensureSubscriptions(
      store,
      [{ namespace: 'shop', name: 'bought', source: 'ledger' }],
      tokenKeys,
    );
    const made = await subscription(store);
    if (bought === undefined) throw new Error('no record');
    const unknown = '0190a6b0-7c3e-7d2a-9f00-1234567890ab';
    const result = await writeEntitlements(store, [declared(bought.id), declared(made.id), declared(unknown)]);
    expect(result).toEqual({ revisions: new Map([[made.id, 1]]), refused: [bought.id, unknown] });
    expect((await findSubscriptions(store, [bought.id]))[0]?.entitlement).toBeUndefined();
  });

  it('leaves an entitlement of the ledger alone even when the subscription began as a resource', async () => {
    const store = await freshStore();
    const { id } = await subscription(store);
    await store.query(
      `insert into wayleave.entitlements (subscription_id, source, revision) values ($1, 'ledger', 5)`,
      [id],
    );
    expect((await writeEntitlements(store, [declared(id)])).refused).toEqual([id]);
    expect((await findSubscriptions(store, [id]))[0]?.entitlement).toMatchObject({ source: 'ledger', revision: 5 });
  });
});

it('markProvisioned never falls and never passes the entitlement', async () => {
  const store = await freshStore();
  const { id } = await subscription(store);
  await writeEntitlements(store, [declared(id)]);
  await writeEntitlements(store, [declared(id, { access: 'denied' })]);
  const after = async (revision: number): Promise<number | undefined> => {
    await markProvisioned(store, [{ subscriptionId: id, revision }]);
    return (await findSubscriptions(store, [id]))[0]?.entitlement?.provisionedRevision;
  };
  expect([await after(1), await after(99), await after(1)]).toEqual([1, 2, 2]);
});

it('writeStates writes what differs and leaves the rest', async () => {
  const store = await freshStore();
  const [alice, bob] = [await subscription(store, 'alice'), await subscription(store, 'bob')];
  const batch = [alice, bob].map(({ id }) => ({ subscriptionId: id, suspended: id === bob.id, limited: false }));
  await writeStates(store, batch);
  const stamps = (): Promise<object[]> =>
    store.query('select xmin::text from wayleave.subscription_states order by subscription_id');
  const before = await stamps();
  await writeStates(store, batch);
  expect(await stamps()).toEqual(before);
  expect((await findSubscriptions(store, [bob.id]))[0]?.state).toEqual({ suspended: true, limited: false });
});
