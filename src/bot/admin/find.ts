import { closeDialog, findDialog, openDialog, searchCustomers, type Dialog } from '../../ledger/index.ts';
import type { Message } from 'grammy/types';
import { writeCallback } from '../callback.ts';
import { staleButton } from '../errors.ts';
import type { Button } from '../screen.ts';
import { adminActions, adminDialogs } from './actions.ts';
import { showCustomer } from './customer-card.ts';
import { button, paged, pageOf } from './pages.ts';
import type { StaffVisit } from './staff.ts';

const pageSize = 8;
const validMs = 3_600_000;

/** Asks whom to find; every message of the next hour is a search. */
export async function askWhom(visit: StaffVisit): Promise<void> {
  await remember(visit, { kind: adminDialogs.find, query: '' });
  const buttons = [[button(visit.speak, 'admin-button-menu', adminActions.menu)]];
  await visit.show({ text: visit.speak.say('admin-find'), buttons });
}

/** `/find alice`, or without anything the question. */
export async function findByCommand(visit: StaffVisit, query: string): Promise<void> {
  if (query === '') return askWhom(visit);
  await remember(visit, { kind: adminDialogs.find, query });
  await showFound(visit, query, '0');
}

export async function findByMessage(visit: StaffVisit, message: Message): Promise<void> {
  const query = message.text?.trim() ?? '';
  if (query === '') return askWhom(visit);
  await remember(visit, { kind: adminDialogs.find, query: query.slice(0, 200) });
  await showFound(visit, query, '0');
}

/** Another page of the last search, which the dialog remembers: names do not fit into buttons. @param args page */
export async function showFoundPage(visit: StaffVisit, [page]: readonly string[]): Promise<void> {
  const { shop, telegramId } = visit;
  const state = await findDialog(shop.store, shop.view.shop.id, telegramId);
  if (state?.kind !== adminDialogs.find) throw staleButton('its search is over');
  await showFound(visit, String(state['query'] ?? ''), page);
}

async function showFound(visit: StaffVisit, query: string, written: string | undefined): Promise<void> {
  const { shop, speak } = visit;
  const page = pageOf(written, pageSize);
  const found = await searchCustomers(shop.store, shop.view.shop.id, query, page);
  const [only, ...more] = found;
  if (only !== undefined && more.length === 0 && page.number === 0) {
    await closeDialog(shop.store, shop.view.shop.id, visit.telegramId);
    return showCustomer(visit, [only.id]);
  }
  const { shown, buttons } = paged(speak, found, page, adminActions.found);
  const rows = shown.map((one): Button[] => {
    const parts = [one.name, ...(one.userName === undefined ? [] : [`@${one.userName}`]), String(one.telegramId ?? '')];
    const text = `${one.isBanned ? '⛔ ' : ''}${parts.filter((part) => part !== '').join(' · ')}`;
    return [{ text: text.slice(0, 60), data: writeCallback(adminActions.customer, one.id) }];
  });
  const key = found.length === 0 && page.number === 0 ? 'admin-found-nobody' : 'admin-found';
  const back = [button(speak, 'admin-button-menu', adminActions.menu)];
  await visit.show({ text: speak.say(key, { query }), buttons: [...rows, buttons, back] });
}

async function remember({ shop, telegramId }: StaffVisit, dialog: Dialog): Promise<void> {
  await openDialog(shop.store, { shopId: shop.view.shop.id, telegramId, validMs }, dialog);
}
