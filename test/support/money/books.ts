import { randomUUID } from 'node:crypto';
import type { RefundOutcome } from '../../../src/payments/provider.ts';

export type BookedProvider = 'stars' | 'cards';

/** What really happened to money, which no message that gets lost can change. */
export interface Payment {
  readonly provider: BookedProvider;
  readonly chargeId: string;
  readonly payload: string;
  readonly payer: string | undefined;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly live: boolean;
  /** Epoch milliseconds. */
  readonly paidAtMs: number;
  readonly recurring: boolean;
  readonly refunds: BookedRefund[];
}

export interface BookedRefund {
  readonly key: string;
  readonly amountMinor: bigint;
  /** Who made the provider do it. */
  readonly by: 'shop' | 'provider';
}

/** The books of two providers: Stars, which are refunded wholly and once, and cards, which can be refunded in parts. */
export class Books {
  readonly payments: Payment[] = [];

  pay(payment: Omit<Payment, 'chargeId' | 'refunds'>): Payment {
    const booked = { ...payment, chargeId: `ch_${randomUUID()}`, refunds: [] };
    this.payments.push(booked);
    return booked;
  }

  /** Somebody at the provider, or the payer's bank, takes it back. @returns nothing where nothing is left */
  takeBack(payment: Payment, wantedMinor: bigint): BookedRefund | undefined {
    const left = leftOf(payment);
    const amountMinor = payment.provider === 'stars' || wantedMinor > left ? left : wantedMinor;
    if (amountMinor <= 0n) return undefined;
    const refund = { key: keyOf(payment, randomUUID()), amountMinor, by: 'provider' } as const;
    payment.refunds.push(refund);
    return refund;
  }

  /** The shop asks for a refund; asking twice sends once. */
  refund(wanted: {
    readonly chargeId: string;
    readonly refundId: string;
    readonly amountMinor: bigint;
  }): RefundOutcome {
    const payment = this.payments.find(({ chargeId }) => chargeId === wanted.chargeId);
    if (payment === undefined) return { kind: 'refused', reason: 'CHARGE_NOT_FOUND' };
    const key = keyOf(payment, wanted.refundId);
    if (payment.refunds.some((one) => one.key === key)) return { kind: 'confirmed' };
    const left = leftOf(payment);
    const amountMinor = payment.provider === 'stars' ? left : wanted.amountMinor;
    if (amountMinor > left) return { kind: 'refused', reason: 'AMOUNT_TOO_LARGE' };
    payment.refunds.push({ key, amountMinor, by: 'shop' });
    return { kind: 'confirmed' };
  }
}

export function refundedOf({ refunds }: Payment): bigint {
  return refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

function leftOf(payment: Payment): bigint {
  return payment.amountMinor - refundedOf(payment);
}

/** Telegram knows one refund per charge and names it like the charge. */
function keyOf({ provider, chargeId }: Payment, key: string): string {
  return provider === 'stars' ? chargeId : key;
}
