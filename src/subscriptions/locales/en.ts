import { enPage } from './en-page.ts';
import type { Texts } from './texts.ts';

export const en: Texts = {
  notices: {
    preparing: '⏳ Being set up: refresh in a minute',
    expired: '⛔ Expired: renew to go on, then refresh',
    limited: '⛔ Traffic used up: renew or wait for the reset',
    suspended: '⏸ Suspended: please contact support',
    denied: '⛔ Access closed: please contact support',
    moved: '🔑 This address was replaced: use the new one',
    full: '📵 Too many devices: remove one in the bot or on your page',
  },
  takeAnotherApp: (apps) => `📱 This app cannot use your servers: take ${apps}`,
  noAppCanUseThem: '📱 This app cannot use your servers: please contact support',
  unknownAddress: 'This address is not known, or not any more: ask for a new one where you got it.',
  openApp: {
    title: (app) => `Open ${app}`,
    doing: (app) => `${app} opens and adds your servers. Nothing happens? Press the button.`,
    otherwise: (app) =>
      `Is ${app} not installed? Install it, come back and press again. Without JavaScript: copy the address of this page up to the question mark, and add it in ${app} by hand.`,
  },
  page: enPage,
};
