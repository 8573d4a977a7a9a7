import { isCurrency } from '../api/index.ts';
import type { Speaker } from './texts.ts';

/** An amount of a charge as people read it. Charges that are not ours may be in currencies that no plan can have. */
export function sayAmount(speak: Speaker, minorUnits: bigint | string | number, currency: string): string {
  return isCurrency(currency)
    ? speak.money({ currency, minorUnits: BigInt(minorUnits) })
    : `${String(minorUnits)} ${currency}`;
}
