import { currencies, type Currency } from '../api/index.ts';

/** Who works for a shop; each may do what the one before may. */
export const adminRoles = ['support', 'finance', 'owner'] as const;
export type AdminRole = (typeof adminRoles)[number];

/** What an admin may do, and from which role on. */
const leastRole = {
  /** Find customers and see what they have. */
  see: 'support',
  /** Answer what customers write. */
  answer: 'support',
  /** Suspend a subscription and resume it. */
  suspend: 'support',
  /** New keys, a new address. */
  rotate: 'support',
  /** Give time for something that went wrong, up to {@link compensationDays}. */
  compensate: 'support',
  /** Decide about receipts of transfers. */
  transfers: 'finance',
  /** Send money back, within the daily cap. */
  refund: 'finance',
  /** Decide about charges that need a person. */
  queues: 'finance',
  revenue: 'finance',
  ban: 'owner',
  /** Give any time on any plan. */
  grant: 'owner',
  /** Let refunds go out again after a restore. */
  'resume-refunds': 'owner',
  admins: 'owner',
} as const satisfies Record<string, AdminRole>;

export type AdminAction = keyof typeof leastRole;

export const adminActions = Object.keys(leastRole) as readonly AdminAction[];

/** Whether somebody in this role may do that. */
export function may(role: AdminRole, action: AdminAction): boolean {
  return adminRoles.indexOf(role) >= adminRoles.indexOf(leastRole[action]);
}

/** Roles that may do that. */
export function rolesFor(action: AdminAction): AdminRole[] {
  return adminRoles.filter((role) => may(role, action));
}

/** The longest compensation, in days; whoever may grant is not bound by it. */
export const compensationDays = 7;

/** About a hundred dollars, by hand: a slip costs no more than that, and a stolen phone neither. */
const financeCaps: Partial<Record<Currency, bigint>> = {
  RUB: 1_000_000n,
  UAH: 400_000n,
  KZT: 5_000_000n,
  UZS: 120_000_000n,
  TRY: 400_000n,
  CNY: 70_000n,
  INR: 900_000n,
  BYN: 33_000n,
  AED: 37_000n,
  XTR: 5_000n,
  USDT: 100_000_000n,
  USDC: 100_000_000n,
  TON: 40_000_000_000n,
  BTC: 100_000n,
};
const centsCap = 10_000n;

/**
 * What an admin may refund in 24 hours, in minor units of that currency.
 *
 * @param own the cap of the person, which goes before that of the role
 * @returns nothing for any amount; zero for a role that may not refund, and for a currency that is not known
 */
export function refundCapMinor(role: AdminRole, own: bigint | undefined, currency: string): bigint | undefined {
  if (!may(role, 'refund')) return 0n;
  if (own !== undefined) return own;
  if (role === 'owner') return undefined;
  const known = currencies.find((one) => one === currency);
  return known === undefined ? 0n : (financeCaps[known] ?? centsCap);
}
