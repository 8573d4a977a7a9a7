import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addRevocations,
  checkTokenKeys,
  confirmClients,
  createTokenKeyData,
  deletedWithClients,
  ensureGeneration,
  ensureSubscriptions,
  findByToken,
  findSubscriptions,
  hashToken,
  hasAddresses,
  loadSubscriptions,
  markDeleted,
  openRevocationsOf,
  parseTokenKeys,
  permitRevocations,
  rotateToken,
  tokenOf,
  type Store,
  type SubscriptionRecord,
} from '../../../src/store/index.ts';
import { revokeAddresses } from '../../support/revoked-addresses.ts';
import { anyNumber, client, collect, freshStore, panel, subscription, text, tokenKeys } from './support.ts';

const unknownId = '0190a6b0-7c3e-7d2a-9f00-1234567890ab';

function address(record: SubscriptionRecord): string {
  if (record.token === undefined) throw new Error('no address');
  return tokenOf(tokenKeys, record.id, record.token);
}

async function stateOf(store: Store, token: string): Promise<string | undefined> {
  return (await findByToken(store, hashToken(token)))?.token.state;
}

describe('ensureSubscriptions', () => {
  it('makes identity, first credentials and address, and finds them again', async () => {
    const store = await freshStore();
    expect(await hasAddresses(store)).toBe(false);
    const alice = await subscription(store);
    expect(alice).toMatchObject({
      namespace: 'shop',
      name: 'alice',
      source: 'resource',
      token: { serial: 1, keyId: 'k1' },
    });
    expect(alice.generations).toEqual([{ generation: 1, clientUuid: text(/^[0-9a-f-]{36}$/) }]);
    expect(alice.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(await subscription(store)).toEqual(alice);
    expect(await hasAddresses(store)).toBe(true);
  });

  it('answers in the order of the batch, repeats included', async () => {
    const store = await freshStore();
    const names = ['c', 'a', 'b', 'a'];
    const batch = names.map((name) => ({ namespace: 'shop', name, source: 'resource' as const }));
    const records = await ensureSubscriptions(store, batch, tokenKeys);
    expect(records.map(({ name }) => name)).toEqual(names);
    expect(records[1]).toEqual(records[3]);
    expect(await ensureSubscriptions(store, [], tokenKeys)).toEqual([]);
  });

  it('makes one subscription out of many simultaneous wishes', async () => {
    const store = await freshStore();
    const names = Array.from({ length: 20 }, (_, at) => `s-${String(at)}`);
    const batches = Array.from({ length: 8 }, (_, at) =>
      (at % 2 === 0 ? names : names.toReversed()).map((name) => ({
        namespace: 'shop',
        name,
        source: 'resource' as const,
      })),
    );
    const results = await Promise.all(batches.map((batch) => ensureSubscriptions(store, batch, tokenKeys)));
    const known = new Map(results[0]?.map((record) => [record.name, record]));
    for (const record of results.flat()) expect(record).toEqual(known.get(record.name));
    expect(new Set(results.flat().map(({ id }) => id)).size).toBe(names.length);
  });

  it('takes an id that was allocated before, and refuses one that belongs to another name', async () => {
    const store = await freshStore();
    const wanted = { namespace: 'shop', name: `sub-${unknownId}`, source: 'ledger' as const, id: unknownId };
    const [record] = await ensureSubscriptions(store, [wanted], tokenKeys);
    expect(record).toMatchObject({ id: unknownId, source: 'ledger' });
    const conflict = { code: 'STORE_IDENTITY_CONFLICT', retry: 'never' };
    await expect(ensureSubscriptions(store, [{ ...wanted, name: 'other' }], tokenKeys)).rejects.toMatchObject(conflict);
    const other = { ...wanted, id: '0190a6b0-7c3e-7d2a-9f00-000000000000' };
    await expect(ensureSubscriptions(store, [other], tokenKeys)).rejects.toMatchObject(conflict);
    const all = await collect(loadSubscriptions(store));
    expect(all).toEqual([record]);
  });

  it('keeps the source that was recorded first', async () => {
    const store = await freshStore();
    const wanted = { namespace: 'shop', name: 'bought', id: unknownId };
    await ensureSubscriptions(store, [{ ...wanted, source: 'ledger' }], tokenKeys);
    const [again] = await ensureSubscriptions(store, [{ ...wanted, source: 'resource' }], tokenKeys);
    expect(again?.source).toBe('ledger');
  });

  it('gives the same UUID and address back after any number of deletions', async () => {
    const store = await freshStore();
    const nl = await panel(store, 'nl', 'in-1');
    const acts = fc.array(fc.constantFrom('delete', 'orphan', 'ensure', 'confirm', 'permit', 'rotate'), {
      maxLength: 12,
    });
    let round = 0;
    await fc.assert(
      fc.asyncProperty(acts, async (sequence) => {
        round += 1;
        const name = `s-${String(round)}`;
        const born = await subscription(store, name);
        let serial = 1;
        for (const act of sequence) {
          if (act === 'delete' || act === 'orphan') {
            await markDeleted(store, born.id, { clients: act === 'delete' ? 'revoke' : 'leave', decidedBy: 'test' });
          } else if (act === 'ensure') await subscription(store, name);
          else if (act === 'confirm') await confirmClients(store, [client(born, nl)]);
          else if (act === 'rotate') ({ serial } = await rotateToken(store, born.id, tokenKeys));
          else
            await permitRevocations(
              store,
              (await openRevocationsOf(store, [born.id])).map(({ id }) => id),
            );
        }
        const back = await subscription(store, name);
        expect(back).toMatchObject({
          id: born.id,
          shortId: born.shortId,
          generations: born.generations,
          deletedAtMs: undefined,
        });
        expect(back.token?.serial).toBe(serial);
        expect(await stateOf(store, address(back))).toBe('active');
        expect(await openRevocationsOf(store, [born.id])).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('markDeleted', () => {
  it('licenses the removal from every panel that holds a client, once, and kills the address when that is permitted', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    const [nl, de] = [await panel(store, 'nl', 'in-1'), await panel(store, 'de', 'in-1')];
    await confirmClients(store, [client(alice, nl), client(alice, de)]);
    const options = { clients: 'revoke', decidedBy: 'operator' } as const;
    expect(await markDeleted(store, alice.id, options)).toEqual({ openRevocations: 2 });
    expect(await markDeleted(store, alice.id, options)).toEqual({ openRevocations: 2 });
    expect(await stateOf(store, address(alice))).toBe('active');
    const [first] = await openRevocationsOf(store, [alice.id]);
    if (first === undefined) throw new Error('no revocation');
    await permitRevocations(store, [first.id]);
    expect(await stateOf(store, address(alice))).toBe('revoked');
  });

  it('kills the address at once where no panel holds a client, or none is to be removed', async () => {
    const store = await freshStore();
    const [alice, bob] = [await subscription(store, 'alice'), await subscription(store, 'bob')];
    await confirmClients(store, [client(bob, await panel(store, 'nl', 'in-1'))]);
    expect(await markDeleted(store, alice.id, { clients: 'revoke', decidedBy: 'operator' })).toEqual({
      openRevocations: 0,
    });
    expect(await markDeleted(store, bob.id, { clients: 'leave', decidedBy: 'operator' })).toEqual({
      openRevocations: 0,
    });
    expect([await stateOf(store, address(alice)), await stateOf(store, address(bob))]).toEqual(['revoked', 'revoked']);
  });

  it('tells who was deleted together with his clients, and is asked with whatever panels show', async () => {
    const store = await freshStore();
    const [alice, bob, carol] = [
      await subscription(store, 'alice'),
      await subscription(store, 'bob'),
      await subscription(store, 'carol'),
    ];
    await markDeleted(store, alice.id, { clients: 'revoke', decidedBy: 'operator' });
    await markDeleted(store, bob.id, { clients: 'leave', decidedBy: 'operator' });
    const asked = [alice.id, bob.id, carol.id, unknownId, 'no-uuid', ''];
    expect(await deletedWithClients(store, asked)).toEqual(new Set([alice.id]));
    await subscription(store, 'bob');
    await markDeleted(store, bob.id, { clients: 'revoke', decidedBy: 'operator' });
    expect(await deletedWithClients(store, asked)).toEqual(new Set([alice.id, bob.id]));
  });

  it('does not wait for a permission that was given before for another reason', async () => {
    const store = await freshStore();
    const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1')];
    await confirmClients(store, [client(alice, nl)]);
    const { panelId, subscriptionId, generation, email } = client(alice, nl);
    await addRevocations(store, [
      { panelId, subscriptionId, generation, email, reason: 'Deselected', decidedBy: 'test' },
    ]);
    await permitRevocations(
      store,
      (await openRevocationsOf(store, [alice.id])).map(({ id }) => id),
    );
    await markDeleted(store, alice.id, { clients: 'revoke', decidedBy: 'operator' });
    expect(await stateOf(store, address(alice))).toBe('revoked');
  });

  it('says when there is no such subscription', async () => {
    const store = await freshStore();
    const attempt = markDeleted(store, unknownId, { clients: 'revoke', decidedBy: 'operator' });
    await expect(attempt).rejects.toMatchObject({ code: 'STORE_SUBSCRIPTION_UNKNOWN' });
  });
});

describe('loadSubscriptions', () => {
  it('gives everything over several pages, without tombstones that no panel holds', async () => {
    const store = await freshStore();
    const batch = Array.from({ length: 4_100 }, (_, at) => ({
      namespace: at % 2 === 0 ? 'even' : 'odd',
      name: `s-${String(at)}`,
      source: 'resource' as const,
    }));
    const made = await ensureSubscriptions(store, batch, tokenKeys);
    const nl = await panel(store, 'nl', 'in-1');
    const [gone, held, ...live] = made;
    if (gone === undefined || held === undefined) throw new Error('nothing was made');
    await confirmClients(store, [client(held, nl)]);
    for (const one of [gone, held]) await markDeleted(store, one.id, { clients: 'revoke', decidedBy: 'test' });
    const loaded = await collect(loadSubscriptions(store));
    expect(loaded.map(({ id }) => id)).toEqual([held, ...live].map(({ id }) => id).toSorted());
    expect(loaded.find(({ id }) => id === held.id)).toMatchObject({
      deletedAtMs: anyNumber,
      clients: [{ ...client(held, nl), firstConfirmedAtMs: anyNumber, confirmedAtMs: anyNumber }],
    });
    const odd = await collect(loadSubscriptions(store, { namespaces: ['odd'] }));
    expect(new Set(odd.map(({ namespace }) => namespace))).toEqual(new Set(['odd']));
  });
});

describe('addresses', () => {
  it('a new one replaces the old one, which is retired', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    expect(await rotateToken(store, alice.id, tokenKeys, 1)).toEqual({ serial: 2, keyId: 'k1' });
    expect(await rotateToken(store, alice.id, tokenKeys, 1)).toEqual({ serial: 2, keyId: 'k1' });
    expect(await stateOf(store, address(alice))).toBe('retired');
    expect(await stateOf(store, address(await subscription(store)))).toBe('active');
  });

  it('one that replaced another a moment ago is kept by whoever asks for a rest', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    const rotate = async (restSeconds: number): Promise<number> =>
      (await rotateToken(store, alice.id, tokenKeys, undefined, restSeconds)).serial;
    expect(await Promise.all([1, 2, 3].map(() => rotate(60)))).toEqual([2, 2, 2]);
    expect(await rotate(0)).toBe(3);
    expect(await rotate(60)).toBe(3);
  });

  it('simultaneous rotations make addresses one after another, and one is alive in the end', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    const rotated = await Promise.all(Array.from({ length: 6 }, () => rotateToken(store, alice.id, tokenKeys)));
    expect(rotated.map(({ serial }) => serial).toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7]);
    expect((await subscription(store)).token?.serial).toBe(7);
  });

  it('a revoked one stays dead, and the next wish makes another', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    await revokeAddresses(store, [alice.id]);
    expect((await findSubscriptions(store, [alice.id]))[0]?.token).toBeUndefined();
    expect((await subscription(store)).token?.serial).toBe(2);
    expect(await stateOf(store, address(alice))).toBe('revoked');
  });

  it('new ones are made under the current key, old ones stay under theirs', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    const secretData = createTokenKeyData('k2');
    const keys = {
      ...parseTokenKeys(secretData),
      keys: new Map([...tokenKeys.keys, ...parseTokenKeys(secretData).keys]),
    };
    const [again] = await ensureSubscriptions(store, [{ namespace: 'shop', name: 'alice', source: 'resource' }], keys);
    expect(again?.token).toEqual({ serial: 1, keyId: 'k1' });
    const token = await rotateToken(store, alice.id, keys);
    expect(token).toEqual({ serial: 2, keyId: 'k2' });
    expect(await stateOf(store, tokenOf(keys, alice.id, token))).toBe('active');
  });
});

describe('credentials', () => {
  it('of a generation are made once', async () => {
    const store = await freshStore();
    const alice = await subscription(store);
    const made = await Promise.all(Array.from({ length: 5 }, () => ensureGeneration(store, alice.id, 2)));
    expect(new Set(made.map(({ clientUuid }) => clientUuid)).size).toBe(1);
    expect(made[0]?.clientUuid).not.toBe(alice.generations[0]?.clientUuid);
    await expect(ensureGeneration(store, unknownId, 1)).rejects.toMatchObject({ code: 'STORE_CONSTRAINT' });
  });
});

describe('checkTokenKeys', () => {
  it('takes the keys that addresses were derived under, and new ones beside them', async () => {
    const store = await freshStore();
    await checkTokenKeys(store, tokenKeys);
    await subscription(store);
    await checkTokenKeys(store, tokenKeys);
    const next = parseTokenKeys(createTokenKeyData('k2'));
    await checkTokenKeys(store, { current: 'k2', keys: new Map([...tokenKeys.keys, ...next.keys]) });
    await expect(checkTokenKeys(store, parseTokenKeys(createTokenKeyData('k1')))).rejects.toMatchObject({
      code: 'STORE_TOKEN_KEYS_INVALID',
    });
  });
});
