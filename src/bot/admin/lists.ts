import {
  auditOf,
  chargesOf,
  listAdmins,
  noticesOf,
  ordersOf,
  subjectOfCharge,
  subscriptionsOf,
  trialsAmong,
} from '../../ledger/index.ts';
import { sayAmount } from '../amount.ts';
import { writeCallback } from '../callback.ts';
import type { Button } from '../screen.ts';
import { escapeHtml } from '../texts.ts';
import { adminActions } from './actions.ts';
import { customerOf } from './customer-card.ts';
import { button, paged, pageOf, type Page } from './pages.ts';
import type { StaffVisit } from './staff.ts';
import { authorName, joinLines } from './wording.ts';

const pageSize = 8;

/** @param args customer, page */
export async function showOrders(visit: StaffVisit, [id, written]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const customer = await customerOf(visit, id);
  const page = pageOf(written, pageSize);
  const orders = (await ordersOf(shop.store, customer.id, page.offset + page.limit)).slice(page.offset);
  const trials = await trialsAmong(
    shop.store,
    orders.map((one) => one.id),
  );
  await showList(
    visit,
    'orders',
    customer.id,
    page,
    orders,
    ({ id: orderId, createdAtMs, terms, state, reviewSinceMs }) =>
      [
        speak.date(createdAtMs),
        `<b>${escapeHtml(speak.title(terms.title))}</b>`,
        speak.say(`admin-order-${trials.has(orderId) ? 'trial' : state}`),
        ...(reviewSinceMs === undefined ? [] : [speak.say('admin-order-review')]),
        `<code>${orderId}</code>`,
      ].join(' · '),
  );
}

/** Each leads to its card. @param args customer, page */
export async function showCharges(visit: StaffVisit, [id, written]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const customer = await customerOf(visit, id);
  const page = pageOf(written, pageSize);
  const charges = await chargesOf(shop.store, shop.view.shop.id, customer.id, page);
  const { shown, buttons } = paged(speak, charges, page, adminActions.charges, customer.id);
  const rows = shown.map((one): Button[] => {
    const parts = [
      speak.moment(one.paidAtMs),
      sayAmount(speak, one.amountMinor, one.currency),
      speak.label(`admin-disposition-${one.disposition}`),
    ];
    const refunded = one.refundedMinor > 0n ? [`↩ ${sayAmount(speak, one.refundedMinor, one.currency)}`] : [];
    return [{ text: [...parts, ...refunded].join(' · '), data: writeCallback(adminActions.charge, one.handle) }];
  });
  const text = speak.say(shown.length === 0 ? 'admin-list-empty' : 'admin-list-charges');
  await visit.show({
    text,
    buttons: [...rows, buttons, [button(speak, 'button-back', adminActions.customer, customer.id)]],
  });
}

/** @param args customer, page */
export async function showNotices(visit: StaffVisit, [id, written]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const customer = await customerOf(visit, id);
  const page = pageOf(written, pageSize);
  const notices = await noticesOf(shop.store, customer.id, page);
  await showList(visit, 'notices', customer.id, page, notices, ({ createdAtMs, kind, state, outcome, attempts }) => {
    const end = outcome ?? state;
    return [speak.date(createdAtMs), `<b>${kind}</b>`, escapeHtml(end), ...(attempts > 0 ? [`×${attempts}`] : [])].join(
      ' · ',
    );
  });
}

/** What people did to a customer and what he has. @param args customer, page */
export async function showAudit(visit: StaffVisit, [id, written]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const shopId = shop.view.shop.id;
  const customer = await customerOf(visit, id);
  const page = pageOf(written, pageSize);
  const [subscriptions, charges, admins] = await Promise.all([
    subscriptionsOf(shop.store, customer.id, 100),
    chargesOf(shop.store, shopId, customer.id, { limit: 100 }),
    listAdmins(shop.store, shopId),
  ]);
  const subjects = [
    `customer:${customer.id}`,
    ...subscriptions.map((one) => `subscription:${one.id}`),
    ...charges.map(subjectOfCharge),
  ];
  const records = await auditOf(shop.store, shopId, subjects, page);
  await showList(visit, 'audit', customer.id, page, records, ({ atMs, actor, action, detail }) => {
    const reason = detail['reason'] === undefined ? [] : [`“${escapeHtml(String(detail['reason']).slice(0, 120))}”`];
    return [speak.date(atMs), `<b>${escapeHtml(action)}</b>`, escapeHtml(authorName(actor, admins)), ...reason].join(
      ' · ',
    );
  });
}

async function showList<Row>(
  visit: StaffVisit,
  name: 'orders' | 'notices' | 'audit',
  customerId: string,
  page: Page,
  rows: readonly Row[],
  describe: (row: Row) => string,
): Promise<void> {
  const { speak } = visit;
  const { shown, buttons } = paged(speak, rows, page, adminActions[name], customerId);
  const lines =
    shown.length === 0 ? [speak.say('admin-list-empty')] : [speak.say(`admin-list-${name}`), ...shown.map(describe)];
  const back = [button(speak, 'button-back', adminActions.customer, customerId)];
  await visit.show({ text: joinLines(lines, '\n'), buttons: [buttons, back] });
}
