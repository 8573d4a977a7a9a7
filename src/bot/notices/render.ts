import { handleOfCharge, type ClaimedNotice, type NoticeKind } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { sayAmount } from '../amount.ts';
import { isUuid, readCallback, writeCallback } from '../callback.ts';
import type { Shop } from '../context.ts';
import { supportButtons } from '../customer/keyboard.ts';
import type { Button, Screen } from '../screen.ts';
import type { Speaker } from '../texts.ts';
import { noticeActions } from './actions.ts';

/** A notice as Telegram gets it. */
export interface RenderedNotice extends Omit<Screen, 'photo'> {
  /** A picture that Telegram has already; the text is its caption. */
  readonly photo?: {
    readonly fileId: string;
    /** What is said instead where Telegram does not give it out any more. */
    readonly textAlone: string;
  };
}

interface Saying {
  readonly shop: Shop;
  readonly speak: Speaker;
  readonly notice: ClaimedNotice;
  /** Of the plan, where the notice is about a subscription. */
  readonly title: string;
  readonly amount: string;
}

type Renderer = (saying: Saying) => RenderedNotice | Promise<RenderedNotice>;

const renderers: Readonly<Record<NoticeKind, Renderer>> = {
  paid: ({ speak, notice, title, amount }) => ({
    text: [speak.say('notice-paid', { title, amount }), ...lasting(speak, notice, 'notice-paid-until')].join('\n'),
    buttons: [about(speak, notice, 'button-subscriptions', actions.subscription)],
  }),
  provisioned: ({ speak, notice, title }) => ({
    text: speak.say('notice-provisioned', { title }),
    buttons: [about(speak, notice, 'button-connect', actions.connect, 'success')],
  }),
  refunded: ({ speak, notice, amount }) => {
    const key = notice.subscription?.expired === true ? 'notice-refunded-over' : 'notice-lasts';
    const text = [speak.say('notice-refunded', { amount }), ...lasting(speak, notice, key)].join('\n\n');
    return { text, buttons: [menu(speak)] };
  },
  surplus: renderSurplus,
  declined: ({ shop, speak, notice, title }) => {
    const reason = textOf(notice, 'reason');
    const lines = [
      speak.say('notice-declined', { title }),
      ...(reason === '' ? [] : [speak.say('notice-reason', { reason })]),
    ];
    return {
      text: lines.join('\n\n'),
      buttons: [receiptAgain(speak, notice), supportButtons({ shop, speak }), menu(speak)],
    };
  },
  expiry: renderExpiry,
  traffic: ({ speak, notice, title }) => {
    const percent = numberOf(notice, 'percent');
    const key = percent >= 100 ? 'notice-traffic-used' : 'notice-traffic';
    return { text: speak.say(key, { title, percent }), buttons: [about(speak, notice, 'button-renew', actions.renew)] };
  },
  suspended: ({ shop, speak, title }) => ({
    text: speak.say('notice-suspended', { title }),
    buttons: [supportButtons({ shop, speak }), menu(speak)],
  }),
  granted: ({ speak, notice, title }) => {
    const hours = Math.round(numberOf(notice, 'lengthSeconds') / 3600);
    const until = notice.subscription === undefined ? '' : speak.date(notice.subscription.expiresAtMs);
    const length =
      hours < 48 ? speak.say('hours', { hours }) : speak.say('plan-days', { days: Math.round(hours / 24) });
    return {
      text: speak.say('notice-granted', { title, length: { html: length }, until }),
      buttons: [about(speak, notice, 'button-subscriptions', actions.subscription)],
    };
  },
  support: ({ speak, notice }) => {
    const fileId = textOf(notice, 'photo');
    const text = speak.say('notice-support', { text: textOf(notice, 'text') });
    return {
      text,
      buttons: [[{ text: speak.label('button-answer'), data: writeCallback(actions.support) }]],
      ...(fileId !== '' && { photo: { fileId, textAlone: `${text}\n\n${speak.say('notice-support-no-photo')}` } }),
    };
  },
};

/** What a customer reads, with the buttons that go on from there. */
export async function renderNotice(shop: Shop, speak: Speaker, notice: ClaimedNotice): Promise<RenderedNotice> {
  const currency = textOf(notice, 'currency');
  const amount = currency === '' ? '' : sayAmount(speak, textOf(notice, 'amountMinor'), currency);
  const title = speak.title(notice.orderTitle ?? notice.subscription?.title ?? shop.view.spec.title);
  const rendered = await renderers[notice.kind]({ shop, speak, notice, title, amount });
  const buttons = rendered.buttons?.map((row) => row.map(leadingBelow));
  return { ...rendered, ...(buttons === undefined ? {} : { buttons }) };
}

/** Screens are shown in the place of the message whose button was pressed, and what a notice tells has to stay. */
function leadingBelow(button: Button): Button {
  if (!('data' in button)) return button;
  const callback = readCallback(button.data);
  if (callback === undefined || callback.action === noticeActions.extend) return button;
  return { ...button, data: writeCallback(noticeActions.open, callback.action, ...callback.args) };
}

async function renderSurplus({ shop, speak, notice, amount }: Saying): Promise<RenderedNotice> {
  if (numberOf(notice, 'refundable') === 1) return { text: speak.say('notice-surplus-refunded', { amount }) };
  const provider = textOf(notice, 'provider');
  const chargeId = notice.dedupe.slice(provider.length + 1);
  const handle = await handleOfCharge(shop.store, { shopId: notice.shopId, provider, chargeId });
  const extend: Button[] =
    handle === undefined
      ? []
      : [
          {
            text: speak.label('button-surplus-extend'),
            data: writeCallback(noticeActions.extend, handle),
            style: 'primary',
          },
        ];
  return {
    text: speak.say('notice-surplus-choose', { amount }),
    buttons: [extend, supportButtons({ shop, speak })],
  };
}

function renderExpiry({ speak, notice, title }: Saying): RenderedNotice {
  const moment = numberOf(notice, 'moment');
  const isTrial = numberOf(notice, 'trial') === 1;
  const until = speak.date(numberOf(notice, 'expiresAt') * 1000);
  const when = moment < 0 ? 'soon' : moment === 0 ? 'now' : 'after';
  const key = `notice-${isTrial ? 'trial' : 'expiry'}-${when}`;
  const button = about(speak, notice, isTrial ? 'button-buy' : 'button-renew', actions.renew, 'primary');
  return { text: speak.say(key, { title, until }), buttons: [button] };
}

/** Until when access lasts by now, where the notice is about a subscription. */
function lasting(
  speak: Speaker,
  { subscription }: ClaimedNotice,
  key: 'notice-paid-until' | 'notice-lasts' | 'notice-refunded-over',
): string[] {
  if (subscription === undefined) return [];
  const words = { title: speak.title(subscription.title), until: speak.date(subscription.expiresAtMs) };
  return [speak.say(key, words)];
}

function about(
  speak: Speaker,
  { subscription }: ClaimedNotice,
  key: string,
  action: string,
  style?: 'primary' | 'success',
): Button[] {
  if (subscription === undefined) return menu(speak);
  const button = { text: speak.label(key), data: writeCallback(action, subscription.id) };
  return [style === undefined ? button : { ...button, style }];
}

/** Notices of versions that did not say of which attempt have no such button. */
function receiptAgain(speak: Speaker, notice: ClaimedNotice): Button[] {
  const [orderId, attempt] = [textOf(notice, 'orderId'), numberOf(notice, 'attempt')];
  if (!isUuid(orderId) || attempt === 0) return [];
  const data = writeCallback(actions.receipt, orderId, attempt);
  return [{ text: speak.label('button-send-receipt'), data, style: 'primary' }];
}

function menu(speak: Speaker): Button[] {
  return [{ text: speak.label('button-menu'), data: actions.menuData }];
}

function textOf({ payload }: ClaimedNotice, name: string): string {
  return String(payload[name] ?? '');
}

function numberOf({ payload }: ClaimedNotice, name: string): number {
  return Number(payload[name] ?? 0);
}
