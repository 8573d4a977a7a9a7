import {
  listQueue,
  listShops,
  openTransfers,
  queueNames,
  readWallClock,
  type QueuedCharge,
  type ShopRecord,
  type TransferRecord,
} from '../../ledger/index.ts';
import type { Store } from '../../store/index.ts';
import type { Host } from '../host.ts';
import { chooseShop } from './choose.ts';
import { widthOf, withLedger, type LedgerCall } from './open-ledger.ts';
import { amountText, minuteText, queueText, spanText, wrapText } from './words.ts';

interface Waiting {
  readonly shop: ShopRecord;
  readonly queue: (typeof queueNames)[number];
  readonly ageSeconds: number;
  readonly item: QueuedCharge | TransferRecord;
}

const mostPerQueue = 200;

/** Everything of one shop, or of all, that needs a person; the oldest first. */
export async function printQueue(
  host: Host,
  options: LedgerCall & { readonly shop: string | undefined; readonly json: boolean | undefined },
): Promise<void> {
  const waiting = await withLedger(host, options, async (store) => {
    const shops = options.shop === undefined ? await listShops(store) : [await chooseShop(store, options.shop)];
    const all: Waiting[] = [];
    for (const shop of shops) all.push(...(await waitingOf(store, shop)));
    return all.toSorted((a, b) => b.ageSeconds - a.ageSeconds);
  });
  if (options.json === true) {
    host.stdout.write(`${JSON.stringify({ waiting: waiting.map(waitingJson) }, null, 2)}\n`);
    return;
  }
  if (waiting.length === 0) {
    host.stdout.write('nothing needs a person\n');
    return;
  }
  const width = widthOf(host);
  host.stdout.write(`${waiting.map((one) => waitingText(one, width)).join('\n\n')}\n\n${summary(waiting)}\n`);
}

async function waitingOf(store: Store, shop: ShopRecord): Promise<Waiting[]> {
  const nowMs = await readWallClock(store);
  const all: Waiting[] = [];
  for (const queue of queueNames) {
    if (queue === 'transfers') {
      for (const item of await openTransfers(store, shop.id, { limit: mostPerQueue })) {
        all.push({ shop, queue, ageSeconds: (nowMs - item.createdAtMs) / 1000, item });
      }
    } else {
      for (const item of await listQueue(store, shop.id, queue, { limit: mostPerQueue })) {
        all.push({ shop, queue, ageSeconds: item.ageSeconds, item });
      }
    }
  }
  return all;
}

function waitingText({ shop, queue, ageSeconds, item }: Waiting, width: number): string {
  const head = `${queue}, for ${spanText(ageSeconds)}, shop ${shop.namespace}/${shop.name}`;
  if (!('disposition' in item)) {
    const { price, terms, repeats, customer } = item;
    const shown = repeats === undefined ? '' : '; the same picture was shown before';
    const facts = `${amountText(price.minorUnits, price.currency)} for plan ${terms.plan}, ${whoText(customer)}${shown}. Decide in the bot, which shows the picture.`;
    return `${head}\n  transfer ${item.id}\n${wrapText(facts, width, 4)}`;
  }
  const { chargeId, provider, amountMinor, currency, live, paidAtMs, payer, reason, refund, owner, customer } = item;
  const facts = [
    `${amountText(amountMinor, currency)}${live ? '' : ' of test money'}, paid ${minuteText(paidAtMs)}`,
    ...(payer === undefined ? [] : [`payer ${payer}`]),
    customer === undefined ? 'no customer of this shop' : whoText(customer),
    ...(item.subscriptionId === undefined ? [] : [`subscription ${item.subscriptionId}`]),
    owner === undefined ? 'nobody has taken it' : `taken by ${owner}`,
  ];
  const refusal = refund?.state === 'refused' ? `${provider} refused the refund: ${refund.refusal}` : '';
  return [
    head,
    `  charge ${chargeId} of ${provider}`,
    ...[reason, refusal].filter((text) => text !== '').map((text) => wrapText(text, width, 4)),
    wrapText(facts.join('; '), width, 4),
  ].join('\n');
}

function whoText(customer: { readonly telegramId: number | undefined }): string {
  return customer.telegramId === undefined ? 'customer erased' : `customer Telegram ${String(customer.telegramId)}`;
}

function summary(waiting: readonly Waiting[]): string {
  const counts = queueNames.flatMap((queue) => {
    const count = waiting.filter((one) => one.queue === queue).length;
    return count === 0 ? [] : [queueText(count, queue)];
  });
  return `${counts.join(', ')}. Decide with "wayleave ledger settle <charge> --extend, --refund, --refunded or --dismiss".`;
}

function waitingJson({ shop, queue, ageSeconds, item }: Waiting): object {
  const common = { shop: `${shop.namespace}/${shop.name}`, queue, ageSeconds: Math.floor(ageSeconds) };
  if (!('disposition' in item)) {
    const { id, orderId, price, subscriptionId, customer } = item;
    const money = { amountMinor: String(price.minorUnits), currency: price.currency };
    const about = { orderId, subscriptionId, telegramId: customer.telegramId ?? null };
    return { ...common, transferId: id, provider: 'manual', chargeId: null, ...money, ...about };
  }
  return {
    ...common,
    transferId: null,
    provider: item.provider,
    chargeId: item.chargeId,
    amountMinor: String(item.amountMinor),
    currency: item.currency,
    orderId: item.orderId ?? null,
    subscriptionId: item.subscriptionId ?? null,
    telegramId: item.customer?.telegramId ?? null,
    live: item.live,
    disposition: item.disposition,
    reason: item.reason,
    payer: item.payer ?? null,
    owner: item.owner ?? null,
    refusal: item.refund?.state === 'refused' ? item.refund.refusal : null,
    paidAt: new Date(item.paidAtMs).toISOString(),
  };
}
