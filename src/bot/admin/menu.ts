import { getShop, may, summarizeQueues } from '../../ledger/index.ts';
import { writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import { actions as customerActions } from '../actions.ts';
import type { Button } from '../screen.ts';
import { adminActions } from './actions.ts';
import { button } from './pages.ts';
import { asStaff, type StaffVisit } from './staff.ts';

/** Where an admin begins: only what he may do is there. */
export async function showAdminMenu(visit: StaffVisit): Promise<void> {
  const { shop, speak, admin } = visit;
  const { spec } = shop.view;
  // Whether refunds are paused changes without the shop's resource.
  const record = await getShop(shop.store, shop.view.shop.id);
  const waiting = await summarizeQueues(shop.store, record.id);
  const transfers = waiting.find(({ queue }) => queue === 'transfers')?.count ?? 0;
  const others = waiting.reduce((sum, { count }) => sum + count, 0) - transfers;
  const rows: Button[][] = [[{ ...button(speak, 'admin-button-find', adminActions.find), style: 'primary' }]];
  if (may(admin.role, 'transfers')) {
    const text = speak.label('admin-button-transfers', { count: transfers });
    rows.push([{ text, data: writeCallback(adminActions.transfers) }]);
  }
  if (may(admin.role, 'queues')) {
    const text = speak.label('admin-button-queues', { count: others });
    rows.push([{ text, data: writeCallback(adminActions.queues) }]);
  }
  if (may(admin.role, 'revenue')) rows.push([button(speak, 'admin-button-revenue', adminActions.revenue)]);
  if (may(admin.role, 'admins')) rows.push([button(speak, 'admin-button-admins', adminActions.admins)]);
  const isPaused = record.refundsPausedAtMs !== undefined;
  if (isPaused && may(admin.role, 'resume-refunds')) {
    rows.push([button(speak, 'admin-button-resume-refunds', adminActions.ask, 'refunds', 'shop')]);
  }
  rows.push([{ text: speak.label('button-menu'), data: customerActions.menuData }]);
  const lines = [
    speak.say('admin-title', { shop: speak.title(spec.title), role: speak.label(`admin-role-${admin.role}`) }),
    ...(record.mode === 'test' ? [speak.say('admin-test-shop')] : []),
    ...(isPaused ? [speak.say('admin-refunds-paused', { since: speak.date(record.refundsPausedAtMs) })] : []),
  ];
  await visit.show({ text: lines.join('\n\n'), buttons: rows });
}

/** The way in, in the main menu of admins. */
export async function adminMenuRow(visit: Visit): Promise<readonly (readonly Button[])[]> {
  const staff = await asStaff(visit, 'see');
  return staff === undefined ? [] : [[button(visit.speak, 'admin-button-menu', adminActions.menu)]];
}
