import { secrets, type Secret } from '../../controllers/kube-resources.ts';
import { tokenKeySecretName } from '../../controllers/token-keys.ts';
import type { KubeClient } from '../../kube/index.ts';
import { checkTokenKeys, hasAddresses, lostTokenKeys, parseTokenKeys, type Store } from '../../store/index.ts';
import { CommandError } from '../command-error.ts';

/**
 * Refuses to go on with another key than the one of the backup: new addresses would be given under it, and nobody could be
 * told his own again.
 *
 * @throws CommandError, or StoreError STORE_TOKEN_KEYS_INVALID for a key that is not the one
 */
export async function requireTokenKey(client: KubeClient, store: Store, namespace: string): Promise<void> {
  if (!(await hasAddresses(store))) return;
  const secret = await client.find<Secret>(secrets, namespace, tokenKeySecretName);
  const mend = `restore Secret ${namespace}/${tokenKeySecretName} from the backup first, or name its namespace with --namespace`;
  if (secret === undefined) {
    throw new CommandError(`customers have addresses, and the key that they were derived under is not here: ${mend}`, {
      retry: 'later',
    });
  }
  const keys = parseTokenKeys(secret.data ?? {});
  await checkTokenKeys(store, keys);
  const lost = await lostTokenKeys(store, keys);
  if (lost.length === 0) return;
  throw new CommandError(
    `customers have addresses under key ${lost.join(', ')}, which the Secret does not hold: ${mend}`,
    {
      retry: 'later',
    },
  );
}
