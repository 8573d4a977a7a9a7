import {
  clip,
  connectionSecretName,
  fieldManagers,
  secretTypes,
  SHORT_MESSAGE_LENGTH,
  type VPNSubscription,
} from '../../api/index.ts';
import type { Clock } from '../../base/clock.ts';
import { ownerReference, type KubeClient } from '../../kube/index.ts';
import { StoreError, tokenOf, type TokenKeys } from '../../store/index.ts';
import type { BookEntry } from '../book.ts';
import { secrets, type Secret } from '../kube-resources.ts';
import type { SubscriptionRecords } from './records.ts';
import type { SubscriptionView } from './status.ts';

export interface ConnectionSecretsOptions {
  readonly client: KubeClient;
  readonly records: Pick<SubscriptionRecords, 'address'>;
  readonly tokenKeys: () => Promise<TokenKeys>;
  readonly clock: Clock;
  /** Base of subscription URLs, without a slash at the end. */
  readonly publicUrl: string;
}

export interface WrittenSecret {
  /** Why it is not as it must be. */
  readonly problem: SubscriptionView['problem'];
  /** Epoch milliseconds at which to look again: a new address and a deleted Secret change no resource of ours. */
  readonly nextLookMs: number;
}

const lookMs = 60_000;

/** Writes the subscription URL where a workload in the cluster can mount it: only on request, never over another's Secret. */
export class ConnectionSecrets {
  readonly #options: ConnectionSecretsOptions;
  /** What the last look found, by `namespace/name` of the subscription. */
  readonly #looks = new Map<string, { readonly uid: string | undefined; readonly result: WrittenSecret }>();

  constructor(options: ConnectionSecretsOptions) {
    this.#options = options;
  }

  forget(key: string): void {
    this.#looks.delete(key);
  }

  async write(key: string, subscription: VPNSubscription, entry: BookEntry): Promise<WrittenSecret> {
    const { uid } = subscription.metadata;
    const nowMs = this.#options.clock.now();
    const last = this.#looks.get(key);
    if (last?.uid === uid && last !== undefined && isBetween(nowMs, last.result.nextLookMs)) return last.result;
    const result = { problem: await this.#write(subscription, entry), nextLookMs: nowMs + lookMs };
    this.#looks.set(key, { uid, result });
    return result;
  }

  async #write(subscription: VPNSubscription, entry: BookEntry): Promise<SubscriptionView['problem']> {
    const { client, records, publicUrl } = this.#options;
    const { namespace, uid } = subscription.metadata;
    const token = await records.address(entry);
    if (token === undefined || namespace === undefined) return undefined;
    let url: string;
    try {
      url = `${publicUrl}/sub/${tokenOf(await this.#options.tokenKeys(), entry.record.id, token)}`;
    } catch (thrown) {
      const problem = tokenKeyProblem(thrown);
      if (problem === undefined) throw thrown;
      return problem;
    }
    const name = connectionSecretName(subscription.metadata.name);
    const found = await client.find<Secret>(secrets, namespace, name);
    if (found !== undefined && found.metadata.ownerReferences?.some((owner) => owner.uid === uid) !== true) {
      return {
        reason: 'NameConflict',
        message: `Secret ${name} exists and is not ours: rename it, or set spec.writeConnectionSecret to false`,
      };
    }
    if (found?.data?.['url'] === Buffer.from(url).toString('base64')) return undefined;
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, ownerReferences: [ownerReference(subscription, { controller: true })] },
      type: secretTypes.connection,
      stringData: { url },
    };
    // One that somebody made since we looked is not overwritten: creating fails, and we look again.
    if (found === undefined) await client.create(secrets, secret);
    else await client.apply(secrets, secret, { fieldManager: fieldManagers.operator, force: true });
    return undefined;
  }
}

/** Also after the wall clock was set back it is time to look. */
function isBetween(nowMs: number, nextLookMs: number): boolean {
  return nowMs < nextLookMs && nowMs >= nextLookMs - lookMs;
}

/** What a missing or wrong token key means for one subscription; undefined for any other error. */
export function tokenKeyProblem(thrown: unknown): SubscriptionView['problem'] {
  if (!(thrown instanceof StoreError) || !thrown.code.startsWith('STORE_TOKEN_KEY')) return undefined;
  return { reason: 'TokenKeyMissing', message: clip(thrown.message, SHORT_MESSAGE_LENGTH) };
}
