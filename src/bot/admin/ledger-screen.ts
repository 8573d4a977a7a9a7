import {
  duration,
  explainLedger,
  foldEntitlement,
  listAdmins,
  readEntries,
  type AdminRecord,
  type LedgerLine,
} from '../../ledger/index.ts';
import { escapeHtml, type Speaker } from '../texts.ts';
import { adminActions } from './actions.ts';
import { button, paged, pageOf } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { subscriptionOf } from './subscription-of.ts';
import { authorName, joinLines } from './wording.ts';

const pageSize = 8;

/** Why a subscription ends when it ends, line by line, the newest page last. @param args subscription, page */
export async function showLedger(visit: StaffVisit, [id, written]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const one = await subscriptionOf(visit, id);
  const [entries, admins] = await Promise.all([
    readEntries(shop.store, one.id),
    listAdmins(shop.store, shop.view.shop.id),
  ]);
  const page = pageOf(written, pageSize);
  const lines = explainLedger(entries, foldEntitlement(entries)).slice(page.offset, page.offset + page.limit);
  const { shown, buttons } = paged(speak, lines, page, adminActions.ledger, one.id);
  const head = speak.say('admin-ledger-title', { name: one.name, until: speak.date(one.expiresAtMs) });
  const back = [button(speak, 'button-back', adminActions.subscription, one.id)];
  await visit.show({ text: joinLines([head, '', ...ledgerLines(speak, shown, admins)]), buttons: [buttons, back] });
}

/** One row an entry, as `wayleave ledger show` has them: what it did to the time, and who did it where that was a person. HTML. */
export function ledgerLines(speak: Speaker, lines: readonly LedgerLine[], admins: readonly AdminRecord[]): string[] {
  return lines.map((line) => {
    const { sequence, at, kind, source, movedSeconds, expiresAt, about } = line;
    const moved = movedSeconds === 0 ? [] : [`${movedSeconds < 0 ? '−' : '+'}${duration(Math.abs(movedSeconds))}`];
    const hasEnd = expiresAt !== undefined && (kind === 'grant' || kind === 'reversal');
    return [
      `<b>${sequence}.</b> ${speak.moment(at * 1000)}`,
      `<b>${speak.say(`admin-entry-${kind}`, { source, about: about ?? 0 })}</b>`,
      ...moved,
      ...(hasEnd ? [`→ ${speak.moment(expiresAt * 1000)}`] : []),
      ...whose(line, admins),
    ].join(' · ');
  });
}

/** What the program did by itself has no author worth a row, and the reason of a payment is only its number. */
function whose({ source, author, reason }: LedgerLine, admins: readonly AdminRecord[]): string[] {
  if (!/^(admin|cli):/.test(author)) return [];
  const name = escapeHtml(authorName(author, admins));
  const isSaid = reason !== '' && source !== 'charge' && source !== 'refund';
  return [isSaid ? `${name}: <i>${escapeHtml(reason.slice(0, 160))}</i>` : name];
}
