import type { Log } from '../base/log.ts';
import { secrets, type Secret } from '../controllers/kube-resources.ts';
import { tokenKeySecretName } from '../controllers/token-keys.ts';
import type { KubeClient } from '../kube/index.ts';
import {
  findSubscriptionsByName,
  openStore,
  parseTokenKeys,
  rotateToken,
  type SubscriptionRecord,
  type TokenKeys,
  tokenOf,
} from '../store/index.ts';
import { CommandError } from './command-error.ts';

export interface LinkRequest {
  readonly client: KubeClient;
  readonly databaseUrl: string;
  readonly tokenKeyNamespace: string;
  readonly publicUrl: string;
  readonly subscription: SubscriptionName;
  readonly log: Log;
  /** The next address comes alive; the one before answers a notice for a while. */
  readonly renew?: boolean;
}

export interface SubscriptionName {
  readonly namespace: string;
  readonly name: string;
}

/**
 * The address of a subscription: derived, because it is stored nowhere.
 *
 * @throws CommandError when the key, the subscription or its address is not there
 */
export async function deriveLink(request: LinkRequest): Promise<string> {
  const { client, publicUrl, subscription } = request;
  const keys = parseTokenKeys(await readTokenKeyData(client, request.tokenKeyNamespace));
  const { id, token } = await findToken(request, keys);
  if (token === undefined) {
    throw new CommandError(
      `${subscription.namespace}/${subscription.name} has no address: the last was revoked, and the next is not made yet`,
      { retry: 'later' },
    );
  }
  return `${publicUrl}/sub/${tokenOf(keys, id, token)}`;
}

async function readTokenKeyData(client: KubeClient, namespace: string): Promise<Readonly<Record<string, string>>> {
  const secret = await client.find<Secret>(secrets, namespace, tokenKeySecretName);
  if (secret?.data === undefined) {
    throw new CommandError(
      `there is no Secret ${tokenKeySecretName} in namespace ${namespace}: the operator keeps it in its own namespace, which --namespace (WAYLEAVE_NAMESPACE) names`,
      { retry: 'never' },
    );
  }
  return secret.data;
}

async function findToken(
  { databaseUrl, subscription, log, renew }: LinkRequest,
  keys: TokenKeys,
): Promise<Pick<SubscriptionRecord, 'id' | 'token'>> {
  const store = await openStore({ databaseUrl, role: 'operator', poolSize: 1, applicationName: 'wayleave-link', log });
  try {
    const [record] = await findSubscriptionsByName(store, [subscription]);
    if (record === undefined || record.deletedAtMs !== undefined) {
      const where = `${subscription.namespace}/${subscription.name}`;
      const what = record === undefined ? `there is no subscription ${where}` : `the resource of ${where} was deleted`;
      throw new CommandError(`${what}; "kubectl get vsub -A" lists those that there are`, { retry: 'later' });
    }
    return renew === true ? { id: record.id, token: await rotateToken(store, record.id, keys) } : record;
  } finally {
    await store.close();
  }
}
