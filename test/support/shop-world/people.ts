import { toBuffer } from 'qrcode';
import type { ChatMessage, Customer } from '../simulators/telegram/index.ts';

/** People wait for a bot that dies and comes back. */
const patient = { timeoutMs: 60_000 };
const method = { stars: /Telegram Stars/, card: /^Bank card/ } as const;

/** Presses a button of what came since he last did something. A button that nobody answers does its work all the same. */
async function follows(customer: Customer, label: RegExp): Promise<void> {
  const has = ({ buttons }: ChatMessage): boolean => buttons.some((text) => label.test(text));
  await customer.seesMessage(has, patient, `a button ${String(label)}`);
  await customer.tap(label, patient);
}

/** From `/buy` to a way to pay. */
async function chooses(customer: Customer, way: RegExp, target?: RegExp): Promise<void> {
  await customer.sends('/buy');
  await follows(customer, /^A month/);
  if (target !== undefined) await follows(customer, target);
  await follows(customer, way);
}

/** Pays the invoice that is there, again as long as Telegram refuses. @returns the charge */
export async function pays(customer: Customer): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const result = await customer.pays(undefined, patient);
    if (result.ok) return result.chargeId;
    if (tries === 8) throw new Error(`${customer.firstName} could not pay: ${result.error}`);
  }
}

/** Asks for a first subscription, and has the invoice in front of him. */
export async function orders(customer: Customer): Promise<void> {
  await chooses(customer, method.stars);
  await customer.seesMessage(({ invoice }) => invoice !== undefined, patient, 'an invoice');
}

/** A first subscription for Stars. @returns the charge */
export async function buys(customer: Customer): Promise<string> {
  await chooses(customer, method.stars);
  return pays(customer);
}

/** The same where Stars are the only way to pay: the plan leads to the invoice. @returns the charge */
export async function buysWithoutChoice(customer: Customer): Promise<string> {
  await customer.sends('/buy');
  await follows(customer, /^A month/);
  return pays(customer);
}

/** Clicks twice wherever he can, and pays once. @returns the charge */
export async function buysImpatiently(customer: Customer): Promise<string> {
  await customer.sends('/buy');
  const has = ({ buttons }: ChatMessage): boolean => buttons.some((text) => text.startsWith('A month'));
  await customer.seesMessage(has, patient, 'a plan');
  await Promise.all([customer.tap(/^A month/, patient), customer.tap(/^A month/, patient)]);
  await customer.seesMessage(({ buttons }) => buttons.some((text) => method.stars.test(text)), patient, 'a method');
  await Promise.all([customer.tap(method.stars, patient), customer.tap(method.stars, patient)]);
  return pays(customer);
}

export async function takesTrial(customer: Customer): Promise<void> {
  await customer.sends('/start');
  await follows(customer, /Try for free/);
}

/** Renews what he has by a transfer, and shows a receipt that nobody has shown before. */
export async function renewsByCard(customer: Customer): Promise<void> {
  await chooses(customer, method.card, /Extend 1/);
  await customer.seesMessage(({ text }) => text.includes('2200 0000'), patient, 'where to transfer to');
  await showsReceipt(customer, 'a');
}

/** @param which tells one of his pictures from another */
export async function showsReceipt(customer: Customer, which: string): Promise<void> {
  await customer.sendsPhoto(await toBuffer(`${which} receipt of ${customer.firstName}`));
}

/** The messages in which the bot shows how far an order is, once it is paid. */
export function progressOf(customer: Customer): ChatMessage[] {
  return customer
    .chat()
    .filter(({ from, text }) => from === 'bot' && /^(Paid|Payment confirmed|Your trial) ✓/.test(text));
}

/** Says that everything is there, with the link. */
export function isReady({ text }: ChatMessage): boolean {
  return /server is ready|All \d+ servers ready/.test(text) && text.includes('/sub/');
}
