import { duration, explainLedger, foldEntitlement, readEntries, type LedgerLine } from '../../ledger/index.ts';
import type { Speaker } from '../texts.ts';
import { adminActions } from './actions.ts';
import { button, paged, pageOf } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { subscriptionOf } from './subscription-of.ts';
import { joinLines } from './wording.ts';

const pageSize = 8;

/** Why a subscription ends when it ends, line by line, the newest page last. @param args subscription, page */
export async function showLedger(visit: StaffVisit, [id, written]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const one = await subscriptionOf(visit, id);
  const entries = await readEntries(shop.store, one.id);
  const page = pageOf(written, pageSize);
  const lines = explainLedger(entries, foldEntitlement(entries)).slice(page.offset, page.offset + page.limit);
  const { shown, buttons } = paged(speak, lines, page, adminActions.ledger, one.id);
  const head = speak.say('admin-ledger-title', { name: one.name, until: speak.date(one.expiresAtMs) });
  const back = [button(speak, 'button-back', adminActions.subscription, one.id)];
  await visit.show({ text: joinLines([head, ...ledgerLines(speak, shown)], '\n\n'), buttons: [buttons, back] });
}

/** HTML, a line each. */
export function ledgerLines(speak: Speaker, lines: readonly LedgerLine[]): string[] {
  return lines.map(({ sequence, at, kind, source, movedSeconds, expiresAt, about, author, reason }) => {
    const moved = movedSeconds === 0 ? '' : `${movedSeconds < 0 ? '−' : '+'}${duration(Math.abs(movedSeconds))}`;
    const what = speak.say(`admin-entry-${kind}`, { moved, about: about ?? 0 });
    const by = speak.say('admin-entry-by', { source, author });
    const why = reason === '' ? '' : speak.say('admin-entry-reason', { reason: reason.slice(0, 160) });
    const end = expiresAt === undefined ? '' : speak.say('admin-entry-end', { until: speak.date(expiresAt * 1000) });
    return [`<b>${sequence}.</b> ${speak.date(at * 1000)} ${what}`, by, why, end]
      .filter((part) => part !== '')
      .join(' · ');
  });
}
