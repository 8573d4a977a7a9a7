import type { Log } from '../base/log.ts';
import { secrets, type Secret } from '../controllers/kube-resources.ts';
import { tokenKeySecretName } from '../controllers/token-keys.ts';
import type { KubeClient } from '../kube/index.ts';
import {
  findSubscriptionsByName,
  openStore,
  parseTokenKeys,
  type SubscriptionRecord,
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
  const record = await findSubscription(request);
  if (record.token === undefined) {
    throw new CommandError(
      `${subscription.namespace}/${subscription.name} has no address: the last was revoked, and the next is not made yet`,
      { retry: 'later' },
    );
  }
  return `${publicUrl}/sub/${tokenOf(keys, record.id, record.token)}`;
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

async function findSubscription({ databaseUrl, subscription, log }: LinkRequest): Promise<SubscriptionRecord> {
  const store = await openStore({ databaseUrl, role: 'operator', poolSize: 1, applicationName: 'wayleave-link', log });
  try {
    const [record] = await findSubscriptionsByName(store, [subscription]);
    if (record === undefined || record.deletedAtMs !== undefined) {
      const where = `${subscription.namespace}/${subscription.name}`;
      const what = record === undefined ? `there is no subscription ${where}` : `the resource of ${where} was deleted`;
      throw new CommandError(`${what}; "kubectl get vsub -A" lists those that there are`, { retry: 'later' });
    }
    return record;
  } finally {
    await store.close();
  }
}
