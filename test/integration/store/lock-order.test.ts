import { expect, it } from 'vitest';
import {
  confirmClients,
  ensureSubscriptions,
  loadPanelClients,
  markDeleted,
  openRevocations,
  permitRevocations,
} from '../../../src/store/index.ts';
import { untilLockWait } from '../../support/lock-waits.ts';
import { WatchedStore } from '../../support/watched-store.ts';
import { client, freshStore, panel, subscription, tokenKeys } from './support.ts';

it('a deleted subscription that comes back never meets the permission to remove its clients in a circle', async () => {
  const store = await freshStore();
  const [alice, nl] = [await subscription(store), await panel(store, 'nl', 'in-1')];
  await confirmClients(store, [client(alice, nl)]);
  await markDeleted(store, alice.id, { clients: 'revoke', decidedBy: 'test' });
  const ids = (await openRevocations(store, nl.id)).map(({ id }) => id);
  let permitting: Promise<void> | undefined;
  const watched = new WatchedStore(store, async (text) => {
    if (permitting !== undefined || !text.includes('insert into wayleave.subscriptions')) return;
    permitting = permitRevocations(store, ids);
    await untilLockWait(store.pool);
  });
  await ensureSubscriptions(watched, [{ namespace: 'shop', name: 'alice', source: 'resource' }], tokenKeys);
  await permitting;
  expect(watched.begun).toBe(1);
  expect(await openRevocations(store, nl.id)).toEqual([]);
  expect(await loadPanelClients(store, nl.id)).toHaveLength(1);
});
