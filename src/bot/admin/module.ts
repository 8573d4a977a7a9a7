import type { BotModule } from '../module.ts';
import { actByButton, actByMessage, askAct, choosePlanToGrant } from './act-flow.ts';
import { adminActions, adminDialogs } from './actions.ts';
import { showAdmins } from './admins-screen.ts';
import { announceTransfers } from './announce.ts';
import { showCharge, take } from './charge-card.ts';
import { showCustomer } from './customer-card.ts';
import { askWhom, findByCommand, findByMessage, showFoundPage } from './find.ts';
import { showLedger } from './ledger-screen.ts';
import { showAudit, showCharges, showNotices, showOrders } from './lists.ts';
import { adminMenuRow, showAdminMenu } from './menu.ts';
import { showQueue, showQueues } from './queue-screens.ts';
import { showRevenue } from './revenue.ts';
import { commandForStaff, dialogForStaff, forStaff } from './staff.ts';
import { showSubscription } from './subscription-card.ts';
import {
  approve,
  askDecline,
  declineByMessage,
  declineFor,
  keepTransfer,
  showTransfer,
  showTransfers,
} from './transfers.ts';

/** What people who work for the shop see. Nobody else learns that any of it exists. */
export const adminModule: BotModule = {
  name: 'admin',
  commands: {
    admin: commandForStaff('see', showAdminMenu),
    find: commandForStaff('see', findByCommand),
  },
  actions: {
    [adminActions.menu]: forStaff('see', showAdminMenu),
    [adminActions.find]: forStaff('see', askWhom),
    [adminActions.found]: forStaff('see', showFoundPage),
    [adminActions.customer]: forStaff('see', showCustomer),
    [adminActions.subscription]: forStaff('see', showSubscription),
    [adminActions.ledger]: forStaff('see', showLedger),
    [adminActions.orders]: forStaff('see', showOrders),
    [adminActions.charges]: forStaff('see', showCharges),
    [adminActions.notices]: forStaff('see', showNotices),
    [adminActions.audit]: forStaff('see', showAudit),
    [adminActions.charge]: forStaff('see', showCharge),
    [adminActions.take]: forStaff('queues', take),
    [adminActions.plans]: forStaff('grant', choosePlanToGrant),
    [adminActions.queues]: forStaff('queues', showQueues),
    [adminActions.queue]: forStaff('queues', showQueue),
    [adminActions.transfers]: forStaff('transfers', showTransfers),
    [adminActions.transfer]: forStaff('transfers', showTransfer),
    [adminActions.approve]: forStaff('transfers', approve),
    [adminActions.decline]: forStaff('transfers', askDecline),
    [adminActions.declineFor]: forStaff('transfers', declineFor),
    [adminActions.keepTransfer]: forStaff('transfers', keepTransfer),
    [adminActions.revenue]: forStaff('revenue', showRevenue),
    [adminActions.admins]: forStaff('admins', showAdmins),
    // Each act has a right of its own, which is asked for then.
    [adminActions.ask]: forStaff('see', askAct),
    [adminActions.act]: forStaff('see', actByButton),
  },
  dialogs: {
    [adminDialogs.find]: dialogForStaff('see', findByMessage),
    [adminDialogs.act]: dialogForStaff('see', actByMessage),
    [adminDialogs.decline]: dialogForStaff('transfers', declineByMessage),
  },
  questions: {
    [adminDialogs.act]: [adminActions.act],
    [adminDialogs.decline]: [adminActions.declineFor],
  },
  menu: adminMenuRow,
  onReceipt: announceTransfers,
};
