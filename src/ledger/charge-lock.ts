import type { Queryable } from '../store/index.ts';
import type { Disposition } from './classify.ts';
import { LedgerError } from './errors.ts';

export interface ChargeKey {
  readonly shopId: string;
  readonly provider: string;
  readonly chargeId: string;
}

/** What never changes about a charge; what does is read after it is locked, or it would be that of before the wait. */
export interface LockedCharge {
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly disposition: Disposition;
}

/**
 * Locks a charge until the transaction ends: after its customer and its order, before a subscription.
 *
 * @throws LedgerError LEDGER_CHARGE_UNKNOWN
 */
export async function lockCharge(tx: Queryable, { shopId, provider, chargeId }: ChargeKey): Promise<LockedCharge> {
  const [row] = await tx.query<LockedCharge>(
    `select amount_minor as "amountMinor", currency, disposition from wayleave.charges
     where shop_id = $1 and provider = $2 and charge_id = $3 for no key update`,
    [shopId, provider, chargeId],
  );
  if (row !== undefined) return row;
  throw unknownCharge({ provider, chargeId });
}

export function unknownCharge({ provider, chargeId }: Pick<ChargeKey, 'provider' | 'chargeId'>): LedgerError {
  return new LedgerError('LEDGER_CHARGE_UNKNOWN', `there is no charge ${chargeId} of ${provider} in this shop`, {
    retry: 'never',
  });
}
