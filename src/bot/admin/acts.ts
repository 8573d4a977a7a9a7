import {
  authorOf,
  banCustomer,
  findAdmin,
  LedgerError,
  compensationDays,
  confirmByPerson,
  grantTime,
  may,
  pauseRefundsByPerson,
  refundByPerson,
  refundCapMinor,
  renewKeys,
  resumeSubscription,
  settleByPerson,
  subjectOfCharge,
  suspendSubscription,
  unbanCustomer,
  type AdminAction,
} from '../../ledger/index.ts';
import { sayAmount } from '../amount.ts';
import { findPlan, termsOfPlan } from '../customer/catalogue.ts';
import { staleButton } from '../errors.ts';
import type { Button } from '../screen.ts';
import { adminActions } from './actions.ts';
import { canSendBack, chargeOf } from './charge-card.ts';
import { customerOf } from './customer-card.ts';
import { button } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { subscriptionOf } from './subscription-of.ts';

/** What an act is done to, checked to be of this shop. */
export interface ActSubject {
  /** For the audit. */
  readonly name: string;
  /** Plain words for the question. */
  readonly words: Readonly<Record<string, string | number>>;
  /** Where the way back leads. */
  readonly back: readonly [action: string, ...args: string[]];
  /** What is appended to the keys of question and answer, where the usual ones would not be true. */
  readonly variant?: string;
  /** What to go on with when it is done. */
  readonly next?: readonly Button[];
}

export interface ActOrder {
  readonly target: string;
  readonly arg: string;
  readonly reason: string;
  /** The same for every press of the same button. */
  readonly requestId: string;
}

/** Something that an admin can have done, after he was asked once. */
export interface Act {
  readonly action: AdminAction;
  /** Whether the same order may be carried out twice without harm. Otherwise it is given up when it was begun before. */
  readonly isRepeatable: boolean;
  /** The ledger puts it on record in the transaction that does it. */
  readonly isOnRecord?: true;
  /** @throws BotError BOT_BUTTON_STALE where there is no such thing, or it may not be done like this */
  subject(visit: StaffVisit, target: string, arg: string): Promise<ActSubject>;
  perform(visit: StaffVisit, order: ActOrder): Promise<void>;
}

const daySeconds = 86_400;

const onSubscription = async (
  visit: StaffVisit,
  target: string,
  words: ActSubject['words'] = {},
): Promise<ActSubject> => {
  const { id, title, name } = await subscriptionOf(visit, target);
  return {
    name: `subscription:${id}`,
    words: { what: `${visit.speak.title(title)}, ${name}`, ...words },
    back: [adminActions.subscription, id],
  };
};

const onCustomer = async (visit: StaffVisit, target: string): Promise<ActSubject> => {
  const { id, name, userName } = await customerOf(visit, target);
  const what = userName === undefined ? name : `${name} (@${userName})`;
  return { name: `customer:${id}`, words: { what }, back: [adminActions.customer, id] };
};

const onCharge = async (visit: StaffVisit, target: string): Promise<ActSubject> => {
  const charge = await chargeOf(visit, target);
  const { speak } = visit;
  const left = sayAmount(speak, charge.amountMinor - charge.refundedMinor, charge.currency);
  const what = `${left}, ${speak.label(`method-${charge.provider}`)}${charge.customer === undefined ? '' : `, ${charge.customer.name}`}`;
  return { name: subjectOfCharge(charge), words: { what }, back: [adminActions.charge, charge.handle] };
};

/** Money of a provider that sends nothing back is sent by whoever is asked here, and he is told so at once. */
const toSendBack = async (visit: StaffVisit, target: string): Promise<ActSubject> => {
  const subject = await onCharge(visit, target);
  const { provider, handle } = await chargeOf(visit, target);
  if (canSendBack(visit, provider)) return subject;
  const next = [
    button(visit.speak, 'admin-button-returned', adminActions.ask, 'returned', handle),
    button(visit.speak, 'admin-button-queues-open', adminActions.queues),
  ];
  return { ...subject, variant: '-by-hand', next };
};

const by = ({ admin }: StaffVisit, { reason, requestId }: ActOrder) => ({ author: authorOf(admin), reason, requestId });

export const acts: Readonly<Record<string, Act>> = {
  compensate: {
    action: 'compensate',
    isRepeatable: true,
    subject: (visit, target, arg) => onSubscription(visit, target, { days: daysOf(arg, compensationDays) }),
    perform: (visit, order) => {
      const lengthSeconds = daysOf(order.arg, compensationDays) * daySeconds;
      const weeklySeconds = compensationDays * daySeconds;
      const grant = { source: 'compensation', lengthSeconds, weeklySeconds } as const;
      return grantTime(visit.shop.store, order.target, grant, by(visit, order));
    },
  },
  grant: {
    action: 'grant',
    isRepeatable: true,
    subject: (visit, target, arg) => onSubscription(visit, target, { length: lengthOf(visit, arg).label }),
    perform: async (visit, order) => {
      const { lengthSeconds, terms } = lengthOf(visit, order.arg);
      const grant = { source: 'admin', lengthSeconds, ...(terms === undefined ? {} : { terms }) } as const;
      await grantTime(visit.shop.store, order.target, grant, by(visit, order));
    },
  },
  suspend: {
    action: 'suspend',
    isRepeatable: true,
    subject: (visit, target) => onSubscription(visit, target),
    perform: (visit, order) => suspendSubscription(visit.shop.store, order.target, by(visit, order)),
  },
  resume: {
    action: 'suspend',
    isRepeatable: true,
    subject: (visit, target) => onSubscription(visit, target),
    perform: (visit, order) => resumeSubscription(visit.shop.store, order.target, by(visit, order)),
  },
  keys: {
    action: 'rotate',
    isRepeatable: true,
    subject: (visit, target) => onSubscription(visit, target),
    perform: async (visit, order) => {
      // The generation that was shown: a second press finds a newer one and makes none.
      await renewKeys(visit.shop.store, order.target, wholeNumber(order.arg));
    },
  },
  address: {
    action: 'rotate',
    isRepeatable: false,
    subject: (visit, target) => onSubscription(visit, target),
    perform: async (visit, order) => {
      await visit.shop.ports.links.renew(order.target);
    },
  },
  ban: {
    action: 'ban',
    isRepeatable: true,
    subject: onCustomer,
    // An owner who bans himself, or another, would find nobody to end it.
    perform: async (visit, { target, reason }) => {
      const { telegramId } = await customerOf(visit, target);
      const { store, view } = visit.shop;
      const staff = telegramId === undefined ? undefined : await findAdmin(store, view.shop.id, telegramId);
      if (staff !== undefined) {
        throw new LedgerError('LEDGER_OWN_STAFF', 'works for the shop: remove the admin first', { retry: 'never' });
      }
      await banCustomer(visit.shop.store, visit.shop.view.shop.id, target, { by: authorOf(visit.admin), reason });
    },
  },
  unban: {
    action: 'ban',
    isRepeatable: true,
    subject: onCustomer,
    perform: (visit, { target, reason }) =>
      unbanCustomer(visit.shop.store, visit.shop.view.shop.id, target, { by: authorOf(visit.admin), reason }),
  },
  refund: {
    action: 'refund',
    isRepeatable: true,
    isOnRecord: true,
    subject: toSendBack,
    perform: async (visit, order) => {
      const charge = await chargeOf(visit, order.target);
      const { role, dailyRefundCapMinor } = visit.admin;
      const dailyCapMinor = refundCapMinor(role, dailyRefundCapMinor, charge.currency);
      const cap = dailyCapMinor === undefined ? {} : { dailyCapMinor };
      await refundByPerson(visit.shop.store, { ...keyOf(charge), ...cap }, by(visit, order));
    },
  },
  extend: settlement('extend'),
  dismiss: settlement('dismiss'),
  returned: {
    action: 'refund',
    isRepeatable: true,
    isOnRecord: true,
    subject: onCharge,
    perform: async (visit, order) => {
      await confirmByPerson(visit.shop.store, keyOf(await chargeOf(visit, order.target)), by(visit, order));
    },
  },
  refunds: {
    action: 'resume-refunds',
    isRepeatable: true,
    isOnRecord: true,
    subject: async ({ shop }) => ({
      name: `shop:${shop.view.shop.id}`,
      words: { what: shop.view.shop.name },
      back: [adminActions.menu],
    }),
    perform: async (visit, order) => {
      await pauseRefundsByPerson(visit.shop.store, visit.shop.view.shop.id, 'resume', by(visit, order));
    },
  },
};

function settlement(kind: 'extend' | 'dismiss'): Act {
  return {
    action: 'queues',
    isRepeatable: true,
    isOnRecord: true,
    subject: onCharge,
    perform: async (visit, order) => {
      const charge = await chargeOf(visit, order.target);
      await settleByPerson(visit.shop.store, keyOf(charge), { kind }, by(visit, order));
    },
  };
}

/** What a grant gives: so many days as before, or a plan. */
function lengthOf(
  { shop, speak }: StaffVisit,
  arg: string,
): { readonly lengthSeconds: number; readonly terms?: ReturnType<typeof termsOfPlan>; readonly label: string } {
  const days = /^d(\d+)$/.exec(arg)?.[1];
  if (days !== undefined) {
    const count = daysOf(days, 3650);
    return { lengthSeconds: count * daySeconds, label: speak.label('plan-days', { days: count }) };
  }
  const plan = findPlan(shop, arg.slice(1));
  if (plan === undefined) throw staleButton('there is no such plan');
  const terms = termsOfPlan(plan, shop.view);
  return { lengthSeconds: terms.lengthSeconds, terms, label: speak.title(terms.title) };
}

function daysOf(written: string, most: number): number {
  const days = wholeNumber(written);
  if (days >= 1 && days <= most) return days;
  throw staleButton(`${written} days cannot be given like this`);
}

function wholeNumber(written: string): number {
  if (/^\d{1,9}$/.test(written)) return Number(written);
  throw staleButton('a number was expected');
}

function keyOf({
  shopId,
  provider,
  chargeId,
}: {
  readonly shopId: string;
  readonly provider: string;
  readonly chargeId: string;
}) {
  return { shopId, provider, chargeId };
}

/** By its name. @returns nothing for an act that this admin may not do, or that there is none of */
export function actFor({ admin }: StaffVisit, name: string): Act | undefined {
  const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
  return act !== undefined && may(admin.role, act.action) ? act : undefined;
}
