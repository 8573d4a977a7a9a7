import { actions } from '../actions.ts';
import { writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import type { Button } from '../screen.ts';

/** The way back to the main menu. */
export function menuButton({ speak }: Visit): Button {
  return { text: speak.label('button-menu'), data: actions.menuData };
}

/** To everything that the customer has. */
export function listButton({ speak }: Pick<Visit, 'speak'>): Button {
  return { text: speak.label('button-subscriptions'), data: writeCallback(actions.list) };
}

/** A step back, to whatever screen that button shows. */
export function backButton({ speak }: Visit, action: string, ...args: readonly (string | number)[]): Button {
  return { text: speak.label('button-back'), data: writeCallback(action, ...args) };
}

/** Where people help: by hand-over within the bot where there is one, and as the shop says. */
export function supportButtons({ shop, speak }: Pick<Visit, 'shop' | 'speak'>): Button[] {
  const { support } = shop.view.spec;
  const buttons: Button[] = [];
  if (shop.modules.actions.has(actions.support)) {
    buttons.push({ text: speak.label('button-support'), data: writeCallback(actions.support) });
  } else if (support?.telegram !== undefined) {
    buttons.push({ text: speak.label('button-support'), url: `https://t.me/${support.telegram.slice(1)}` });
  }
  if (support?.url !== undefined) buttons.push({ text: speak.label('button-support-page'), url: support.url });
  return buttons;
}
