import { WayleaveError } from '../../base/errors.ts';

/** What can go wrong with a shop beyond what its conditions say, one code each. */
export const shopErrorCodes = {
  SHOP_RUNNER_FAILED: 'the runner failed, and its words held what looks like a credential, which is taken out',
} as const;

export type ShopErrorCode = keyof typeof shopErrorCodes;

export class ShopError extends WayleaveError<ShopErrorCode> {}
