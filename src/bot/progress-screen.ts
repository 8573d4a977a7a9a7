import { describeError } from '../base/errors.ts';
import type { OrderProgress } from '../ledger/index.ts';
import { actions } from './actions.ts';
import { writeCallback } from './callback.ts';
import type { Shop } from './context.ts';
import { listButton } from './customer/keyboard.ts';
import type { Button, Screen } from './screen.ts';
import type { Speaker } from './texts.ts';

/** How far an order is, as far as can be seen. */
export interface SeenProgress {
  readonly progress: OrderProgress;
  readonly confirmed: number;
  /** Panels that it is meant for; absent while the cluster does not say. */
  readonly wanted: number | undefined;
}

/** Asks the cluster what is wanted, and Postgres what is there while the cluster does not say or is behind. */
export async function seeProgress(shop: Shop, progress: OrderProgress): Promise<SeenProgress> {
  const byPostgres = { progress, confirmed: progress.confirmedPanels, wanted: undefined };
  if (!progress.entitled) return byPostgres;
  const resource = await shop.ports.resources.find(progress.resource).catch((thrown: unknown) => {
    shop.log.warn({ err: describeError(thrown) }, 'the cluster does not tell how far a delivery is');
    return undefined;
  });
  const { delivered = '', observedRevision = 0 } = resource?.status ?? {};
  const [, confirmed, wanted] = /^(\d+)\/(\d+)$/.exec(delivered) ?? [];
  if (confirmed === undefined || observedRevision < progress.revision) return byPostgres;
  return { progress, confirmed: Number(confirmed), wanted: Number(wanted) };
}

/** Nothing more will change by itself. */
export function isComplete({ progress, confirmed, wanted }: SeenProgress): boolean {
  return !progress.entitled || (progress.provisioned && wanted !== undefined && confirmed >= wanted);
}

/** The one message of an order, from its receipt to what was delivered. */
export async function progressScreen(shop: Shop, speak: Speaker, seen: SeenProgress): Promise<Screen> {
  const { state, transfer } = seen.progress;
  if (state !== 'paid') return unpaidScreen(speak, seen.progress);
  // An approved receipt, unlike an instant payment, may have been waited for long.
  const isLate = transfer?.decision === 'approved';
  return paidScreen(shop, speak, seen, isLate ? 'progress-approved' : 'progress-paid');
}

function unpaidScreen(speak: Speaker, { orderId, state, transfer }: OrderProgress): Screen {
  if (transfer?.decision === undefined && transfer !== undefined) return { text: speak.say('transfer-sent') };
  if (state !== 'pending' || transfer === undefined)
    return { text: speak.say('order-over'), buttons: [[buyButton(speak)]] };
  const again = writeCallback(actions.receipt, orderId, transfer.attempt);
  const { reason } = transfer;
  const why = reason === '' ? [] : [speak.say('notice-reason', { reason })];
  return {
    text: [speak.say('transfer-declined'), ...why, speak.say('transfer-declined-again')].join('\n\n'),
    buttons: [
      [{ text: speak.label('button-send-receipt'), data: again }],
      [{ text: speak.label('button-cancel'), data: writeCallback(actions.cancel, orderId) }],
    ],
  };
}

async function paidScreen(shop: Shop, speak: Speaker, seen: SeenProgress, headKey: string): Promise<Screen> {
  const { progress, confirmed, wanted } = seen;
  const { subscriptionId, isTrial, provisioned, entitled, expiresAtMs = 0 } = progress;
  const head = speak.say(isTrial ? 'progress-trial' : headKey, { title: speak.title(progress.title) });
  if (!entitled) return { text: `${head}\n${speak.say('progress-over')}`, buttons: [[listButton({ speak })]] };
  const servers = describeServers(speak, confirmed, wanted);
  if (!provisioned) return { text: [head, servers].join('\n') };
  const until = speak.say('progress-until', { until: speak.date(expiresAtMs) });
  const address = await shop.ports.links.address(subscriptionId).catch((thrown: unknown) => {
    shop.log.warn({ err: describeError(thrown) }, 'the address of a subscription cannot be told now');
    return undefined;
  });
  const link = address === undefined ? [] : ['', speak.say('progress-link', { address })];
  const connect: Button = {
    text: speak.label('button-connect'),
    data: writeCallback(actions.connect, subscriptionId),
    style: 'success',
  };
  const copy: Button[] = address === undefined ? [] : [{ text: speak.label('button-copy'), copy: address }];
  return {
    text: [head, servers, until, ...link].join('\n'),
    buttons: [[connect], copy, [listButton({ speak })]],
  };
}

/** `4 of 5 servers ready; the fifth arrives by itself`. HTML. */
export function describeServers(speak: Speaker, confirmed: number, wanted: number | undefined): string {
  if (confirmed === 0 || wanted === 0) return speak.say('servers-starting');
  if (wanted === undefined) return speak.say('servers-some', { confirmed });
  if (confirmed >= wanted) return speak.say('servers-all', { wanted });
  return speak.say('servers-part', { confirmed, wanted, missing: wanted - confirmed });
}

function buyButton(speak: Speaker): Button {
  return { text: speak.label('button-buy'), data: writeCallback(actions.plans) };
}
