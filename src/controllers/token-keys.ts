import type { Clock } from '../base/clock.ts';
import { isKubeError, type KubeClient } from '../kube/index.ts';
import {
  checkTokenKeys,
  createTokenKeyData,
  hasAddresses,
  parseTokenKeys,
  StoreError,
  type Store,
  type TokenKeys,
} from '../store/index.ts';
import { secrets, type Secret } from './kube-resources.ts';

export const tokenKeySecretName = 'wayleave-token-key';

export interface TokenKeySourceOptions {
  readonly client: KubeClient;
  readonly store: Store;
  /** Where the operator lives. */
  readonly namespace: string;
  readonly clock: Clock;
}

const rereadMs = 60_000;

/** The keys under which addresses are derived, read again every minute so that a rotation needs no restart. */
export class TokenKeySource {
  readonly #options: TokenKeySourceOptions;
  #known: { readonly keys: TokenKeys; readonly untilMs: number } | undefined;
  #reading: Promise<TokenKeys> | undefined;

  constructor(options: TokenKeySourceOptions) {
    this.#options = options;
  }

  /**
   * @throws StoreError STORE_TOKEN_KEY_MISSING or STORE_TOKEN_KEYS_INVALID, also when a key is not the one that addresses
   *   were derived under; KubeError when the API server fails
   */
  async get(): Promise<TokenKeys> {
    if (this.#known !== undefined && this.#options.clock.monotonic() < this.#known.untilMs) return this.#known.keys;
    // Hundreds of reconciles ask at once.
    this.#reading ??= this.#readAndCheck().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAndCheck(): Promise<TokenKeys> {
    const { store, clock } = this.#options;
    const secret = (await this.#read()) ?? (await this.#create());
    const keys = parseTokenKeys(secret.data ?? {});
    await checkTokenKeys(store, keys);
    this.#known = { keys, untilMs: clock.monotonic() + rereadMs };
    return keys;
  }

  async #read(): Promise<Secret | undefined> {
    const { client, namespace } = this.#options;
    return client.find<Secret>(secrets, namespace, tokenKeySecretName);
  }

  async #create(): Promise<Secret> {
    const { client, store, namespace } = this.#options;
    // Customers have addresses: then a missing key is a loss, and a new one must not paper over it.
    if (await hasAddresses(store)) {
      throw new StoreError(
        'STORE_TOKEN_KEY_MISSING',
        `Secret ${namespace}/${tokenKeySecretName} is gone, but customers have addresses that were derived under it: restore it from the backup`,
        { retry: 'later' },
      );
    }
    const secret: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: tokenKeySecretName, namespace },
      type: 'Opaque',
      data: createTokenKeyData(),
    };
    try {
      return await client.create<Secret>(secrets, secret);
    } catch (thrown) {
      const raced = isKubeError(thrown, 'KUBE_ALREADY_EXISTS') ? await this.#read() : undefined;
      if (raced !== undefined) return raced;
      throw thrown;
    }
  }
}
