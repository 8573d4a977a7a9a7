import { authorOf, may, type AdminRecord, type QueuedCharge } from '../../ledger/index.ts';

export type ChargeOption = 'take' | 'takeOver' | 'returned' | 'refund' | 'extend' | 'dismiss';

type Facts = Pick<
  QueuedCharge,
  'disposition' | 'queue' | 'owner' | 'amountMinor' | 'refundedMinor' | 'refund' | 'settlement' | 'subscriptionId'
>;

/**
 * What an admin can do about a charge. Money of another shop is nobody's business here.
 *
 * @param canRefund whether its provider sends money back at all
 */
export function chargeOptions(
  charge: Facts,
  admin: Pick<AdminRecord, 'role' | 'telegramId'>,
  canRefund: boolean,
): ReadonlySet<ChargeOption> {
  if (charge.disposition === 'foreign') return new Set();
  const isOnItsWay = charge.refund?.state === 'requested';
  return new Set([
    ...(may(admin.role, 'refund') && charge.refundedMinor < charge.amountMinor ? waysBack(charge, canRefund) : []),
    ...(may(admin.role, 'queues') && charge.queue !== undefined && !isOnItsWay
      ? decisions(charge, authorOf(admin))
      : []),
  ]);
}

/** What the provider refuses to send back, or never can, a person sends back himself and says so. */
function waysBack({ refund }: Facts, canRefund: boolean): ChargeOption[] {
  if (!canRefund) return refund === undefined || refund.state === 'confirmed' ? ['refund'] : ['returned'];
  if (refund?.state === 'requested') return [];
  return refund?.state === 'refused' ? ['refund', 'returned'] : ['refund'];
}

function decisions(
  { owner, disposition, settlement, subscriptionId, refundedMinor }: Facts,
  me: string,
): ChargeOption[] {
  const options: ChargeOption[] = ['dismiss'];
  if (owner !== me) options.push(owner === undefined ? 'take' : 'takeOver');
  // Time for it goes to the subscription of its order, and not beside money that went back.
  const isUndecided = disposition !== 'granted' && settlement === undefined;
  if (isUndecided && subscriptionId !== undefined && refundedMinor === 0n) options.push('extend');
  return options;
}
