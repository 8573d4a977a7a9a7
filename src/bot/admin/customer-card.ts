import { findCustomer, may, subscriptionsOf, type CustomerRecord } from '../../ledger/index.ts';
import { isUuid, writeCallback } from '../callback.ts';
import { describeStatus, labelOwned } from '../customer/status.ts';
import { staleButton } from '../errors.ts';
import type { Button } from '../screen.ts';
import { adminActions } from './actions.ts';
import { button } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { joinLines, personHtml } from './wording.ts';

/** A customer and what he has. @param args customer */
export async function showCustomer(visit: StaffVisit, [id]: readonly string[]): Promise<void> {
  const { shop, speak, admin } = visit;
  const customer = await customerOf(visit, id);
  const subscriptions = await subscriptionsOf(shop.store, customer.id, 12);
  const lines = [
    `👤 ${personHtml(customer).html}`,
    speak.say('admin-customer-since', { since: speak.date(customer.createdAtMs), language: customer.language ?? '–' }),
    ...(customer.bannedAtMs === undefined
      ? []
      : [speak.say('admin-customer-banned', { since: speak.date(customer.bannedAtMs) })]),
    ...(customer.unreachableSinceMs === undefined
      ? []
      : [speak.say('admin-customer-unreachable', { since: speak.date(customer.unreachableSinceMs) })]),
    ...(customer.trialSubscriptionId === undefined ? [] : [speak.say('admin-customer-trial')]),
    '',
    ...(subscriptions.length === 0
      ? [speak.say('admin-customer-empty')]
      : subscriptions.map((one, index) => `${index + 1}. ${describeStatus(speak, one)}`)),
  ];
  const cards = subscriptions.map((one, index): Button[] => [
    { text: labelOwned(speak, one, index + 1), data: writeCallback(adminActions.subscription, one.id) },
  ]);
  const ban = customer.bannedAtMs === undefined ? 'ban' : 'unban';
  await visit.show({
    text: joinLines(lines),
    buttons: [
      ...cards,
      [
        button(speak, 'admin-button-orders', adminActions.orders, customer.id, 0),
        button(speak, 'admin-button-charges', adminActions.charges, customer.id, 0),
      ],
      [
        button(speak, 'admin-button-notices', adminActions.notices, customer.id, 0),
        button(speak, 'admin-button-audit', adminActions.audit, customer.id, 0),
      ],
      may(admin.role, 'ban')
        ? [
            {
              ...button(speak, `admin-button-${ban}`, adminActions.ask, ban, customer.id),
              style: ban === 'ban' ? 'danger' : 'primary',
            },
          ]
        : [],
      [button(speak, 'admin-button-find', adminActions.find), button(speak, 'admin-button-menu', adminActions.menu)],
    ],
  });
}

/** @throws BotError BOT_BUTTON_STALE where there is no such customer */
export async function customerOf({ shop }: StaffVisit, id: string | undefined): Promise<CustomerRecord> {
  const found = isUuid(id) ? await findCustomer(shop.store, shop.view.shop.id, { id }) : undefined;
  if (found !== undefined) return found;
  throw staleButton('there is no such customer');
}
