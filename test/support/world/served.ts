import {
  findByToken,
  findSubscriptionsByName,
  hashToken,
  parseTokenKeys,
  tokenOf,
  type SubscriptionDocument,
} from '../../../src/store/index.ts';
import { secretResource } from '../manifests.ts';
import type { World } from './world.ts';

/** What the address of a subscription answers from; undefined when it has none. */
export async function servedTo(world: World, name: string): Promise<SubscriptionDocument | undefined> {
  const { client, store, namespace } = world;
  const keys = await client.get<{ data: Record<string, string> }>(secretResource, namespace, 'wayleave-token-key');
  const [record] = await findSubscriptionsByName(store, [{ namespace, name }]);
  if (record?.token === undefined) return undefined;
  return findByToken(store, hashToken(tokenOf(parseTokenKeys(keys.data), record.id, record.token)));
}

/** How many servers its address lists. */
export async function serversOf(world: World, name: string): Promise<number> {
  const found = await servedTo(world, name);
  return found?.panels.reduce((sum, { endpoints }) => sum + endpoints.length, 0) ?? 0;
}
