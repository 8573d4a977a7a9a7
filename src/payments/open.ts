import type { ShopProvider } from '../api/index.ts';
import { ManualProvider } from './manual/provider.ts';
import type { PaymentProvider } from './provider.ts';
import type { StarsApi } from './stars/api.ts';
import { StarsProvider } from './stars/provider.ts';

export interface ProviderParts {
  readonly stars: StarsApi;
  /** Whether the shop takes real money. */
  readonly live: boolean;
}

type Open = (secret: Readonly<Record<string, string>>, parts: ProviderParts) => PaymentProvider;

const providers: Readonly<Record<ShopProvider, Open>> = {
  Stars: (_, { stars, live }) => new StarsProvider(stars, { live }),
  Manual: ({ instructions = '' }) => new ManualProvider({ instructions }),
};

/**
 * The provider behind a payment method of a shop.
 *
 * @param method.secret what its Secret holds, by key; checked by whoever resolved it
 */
export function openProvider(
  method: { readonly provider: ShopProvider; readonly secret: Readonly<Record<string, string>> },
  parts: ProviderParts,
): PaymentProvider {
  return providers[method.provider](method.secret, parts);
}
