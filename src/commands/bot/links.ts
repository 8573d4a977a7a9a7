import type { Links } from '../../bot/ports.ts';
import { CommandError } from '../command-error.ts';
import {
  findSubscriptions,
  rotateToken,
  tokenOf,
  type Store,
  type TokenKeys,
  type TokenRecord,
} from '../../store/index.ts';

export interface LinksOptions {
  readonly store: Store;
  readonly tokenKeys: () => Promise<TokenKeys>;
  /** Base of addresses, without a slash at the end, as it is now. */
  readonly publicUrl: () => string;
}

/** Every new address is kept for good: within this time a customer gets the one that he was just given. */
const restSeconds = 60;

/** Addresses of a shop's subscriptions, derived whenever they are shown and stored nowhere. */
export function createLinks({ store, tokenKeys, publicUrl }: LinksOptions): Links {
  const addressOf = (keys: TokenKeys, id: string, token: TokenRecord): string =>
    `${publicUrl()}/sub/${tokenOf(keys, id, token)}`;
  return {
    async address(subscriptionId) {
      const [[record], keys] = await Promise.all([findSubscriptions(store, [subscriptionId]), tokenKeys()]);
      if (record?.token !== undefined) return addressOf(keys, subscriptionId, record.token);
      throw new CommandError(`subscription ${subscriptionId} has no address yet: it comes with its first projection`, {
        retry: 'later',
      });
    },
    async renew(subscriptionId) {
      const keys = await tokenKeys();
      return addressOf(keys, subscriptionId, await rotateToken(store, subscriptionId, keys, undefined, restSeconds));
    },
  };
}
