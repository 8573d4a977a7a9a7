import { listAdmins } from '../../ledger/index.ts';
import { adminActions } from './actions.ts';
import { button } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { joinLines, personHtml } from './wording.ts';

/** Who works for the shop. They are added and removed by the command line, where whoever does it is known. */
export async function showAdmins(visit: StaffVisit): Promise<void> {
  const { shop, speak } = visit;
  const admins = await listAdmins(shop.store, shop.view.shop.id);
  const lines = admins.map(({ name, telegramId, role }) => {
    const person = personHtml({ name, telegramId, userName: undefined });
    return speak.say('admin-admins-line', { person, role: speak.label(`admin-role-${role}`) });
  });
  const text = joinLines([speak.say('admin-admins'), ...lines, '', speak.say('admin-admins-how')]);
  await visit.show({ text, buttons: [[button(speak, 'admin-button-menu', adminActions.menu)]] });
}
