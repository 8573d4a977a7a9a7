import { badRequest } from './api-error.ts';
import type { Backend } from './backend.ts';
import type { Params } from './params.ts';
import type { InvoiceRow } from './state.ts';
import type { Invoice } from './wire.ts';

/** The only period that Telegram takes: 30 days, in seconds. */
export const SUBSCRIPTION_PERIOD_S = 2_592_000;

/**
 * Reads and keeps what is for sale, in Stars only: digital goods may be sold for nothing else.
 *
 * @throws ApiError 400 for whatever breaks Telegram's limits
 */
export function createInvoice(backend: Backend, params: Params, { isLink = false } = {}): InvoiceRow {
  const title = limited(params, 'title', 1, 32);
  const description = limited(params, 'description', 1, 255);
  const payload = params.text('payload');
  const payloadBytes = Buffer.byteLength(payload);
  if (payloadBytes < 1 || payloadBytes > 128) throw badRequest('INVOICE_PAYLOAD_INVALID');
  if (params.text('currency') !== 'XTR') throw badRequest('CURRENCY_INVALID: this simulator sells for XTR only');
  if (params.text('provider_token') !== '') throw badRequest('PAYMENT_PROVIDER_INVALID');
  const period = isLink ? params.integer('subscription_period') : undefined;
  if (period !== undefined && period !== SUBSCRIPTION_PERIOD_S) throw badRequest('SUBSCRIPTION_PERIOD_INVALID');
  const photoUrl = params.text('photo_url');
  const invoice: InvoiceRow = {
    id: backend.id(20),
    title,
    description,
    payload,
    amount: readPrice(params),
    startParameter: isLink ? '' : params.text('start_parameter'),
    ...(period === undefined ? {} : { subscriptionPeriod: period }),
    ...(photoUrl === '' ? {} : { photoUrl }),
    ...(isLink ? { link: `https://t.me/$${backend.id(22)}` } : {}),
  };
  backend.state.invoices[invoice.id] = invoice;
  return invoice;
}

/** How an invoice looks in a message. */
export function wireInvoice({ title, description, amount, startParameter }: InvoiceRow): Invoice {
  return { title, description, start_parameter: startParameter, currency: 'XTR', total_amount: amount };
}

/** The invoice behind a link, or undefined. */
export function invoiceOfLink({ state }: Backend, link: string): InvoiceRow | undefined {
  return Object.values(state.invoices).find((invoice) => invoice.link === link);
}

function readPrice(params: Params): number {
  const prices = params.json('prices');
  if (!Array.isArray(prices) || prices.length !== 1) {
    throw badRequest('prices must be an Array of exactly one LabeledPrice for XTR');
  }
  const { label, amount } = prices[0] as { readonly label?: unknown; readonly amount?: unknown };
  if (typeof label !== 'string' || label === '') throw badRequest("can't parse LabeledPrice: label is empty");
  const stars = Number(amount);
  if (!Number.isInteger(stars) || stars < 1 || stars > 100_000) throw badRequest('CURRENCY_TOTAL_AMOUNT_INVALID');
  return stars;
}

function limited(params: Params, name: string, least: number, most: number): string {
  const text = params.text(name);
  if (text.length < least || text.length > most) throw badRequest(`INVOICE_${name.toUpperCase()}_INVALID`);
  return text;
}
