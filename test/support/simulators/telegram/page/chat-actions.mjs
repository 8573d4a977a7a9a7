import { act, read } from './api.mjs';
import { avatar, h, stars } from './dom.mjs';
import { alertBox, openDialog, toast } from './feedback.mjs';

const PAYMENT_ERRORS = {
  BALANCE_TOO_LOW: 'Not enough Stars for this',
  BOT_PRECHECKOUT_TIMEOUT: 'The bot did not answer in time; nothing was charged',
};

/**
 * What the person who is played can do in the chat.
 *
 * @param {{ bot: any, people: () => readonly any[], person: () => any, send: (text: string) => Promise<void>, whileBusy: (key: string, action: () => Promise<void>) => Promise<void> }} chat
 */
export function createActions({ bot, people, person, send, whileBusy }) {
  const order = (action, body) => act(`people/${person().id}/${action}`, body);

  const pay = async (action, body) => {
    const result = await order(action, body);
    if (result.ok) toast('Payment successful', 'good');
    else toast(PAYMENT_ERRORS[result.error] ?? result.error, 'bad');
  };

  const press = async (message, button, { key, row, column }) => {
    if (button.copy_text) {
      await copy(button.copy_text.text);
      return;
    }
    await whileBusy(key, async () => {
      const { isAnswered, answer } = await order('press', { messageId: message.id, row, column });
      if (!isAnswered) toast('The bot did not answer this button', 'bad');
      else if (answer?.text && answer.isAlert) alertBox(answer.text);
      else if (answer?.text) toast(answer.text);
      if (answer?.url?.startsWith('http')) window.open(answer.url, '_blank', 'noopener');
    });
  };

  const openInvoice = async (link, slug) => {
    const invoice = await read(`invoices/${slug}`);
    const onClick = async () => {
      dialog.close();
      await guarded(() => pay('pay-link', { link }));
    };
    const label = ['Pay ', stars(invoice.amount), invoice.isSubscription ? ' a month' : ''];
    const dialog = openDialog(
      { title: invoice.title, testid: 'invoice-dialog' },
      h('p', { class: 'alert-text' }, invoice.description),
      h('p', { class: 'hint' }, 'Your balance: ', stars(person().balance)),
      h('button', { class: 'main-button', type: 'button', testid: 'pay', onClick }, ...label),
    );
  };

  /** Commands are sent, links to the bot start it, links to invoices are paid; the rest is the browser's. */
  const follow = (event, url) => {
    const { pathname, host, searchParams } = url.startsWith('/') ? {} : new URL(url);
    const invoice = host === 't.me' ? /^\/\$(\w+)$/.exec(pathname)?.[1] : undefined;
    const isOwn = host === 't.me' && pathname === `/${bot.username}`;
    if (host !== undefined && invoice === undefined && !isOwn) return;
    event.preventDefault();
    if (invoice !== undefined) void guarded(() => openInvoice(url, invoice));
    else void send(isOwn ? `/start ${searchParams.get('start') ?? ''}`.trim() : url);
  };

  const forward = (message) => {
    const pass = async (other) => {
      dialog.close();
      await guarded(async () => {
        await order('forward', { messageId: message.id, to: other.id });
        toast(`Forwarded to ${other.firstName}`, 'good');
      });
    };
    const others = people().filter(({ id }) => id !== person().id);
    const dialog = openDialog(
      { title: 'Forward to', testid: 'forward-dialog' },
      others.length === 0 ? h('p', { class: 'hint' }, 'There is nobody else yet. Create a person first.') : '',
      ...others.map((other) => {
        const button = {
          class: 'person',
          type: 'button',
          testid: `forward-to-${other.id}`,
          onClick: () => pass(other),
        };
        return h('button', button, avatar(other), h('span', { class: 'person-name' }, other.firstName));
      }),
    );
  };

  return {
    send: (text) => guarded(() => order('send', { text })),
    sendPhoto: (base64) => guarded(() => order('photo', { base64 })),
    pay: (message, key) => whileBusy(key, () => pay('pay', { messageId: message.id })),
    press,
    follow,
    forward,
  };
}

/** Says on the page what went wrong. @param {() => Promise<void>} action */
export async function guarded(action) {
  try {
    await action();
  } catch (error) {
    toast(error.message, 'bad');
  }
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast('Copied', 'good');
  } catch {
    // A browser without the permission: whoever plays can still copy it by hand.
    openDialog({ title: 'Copy this', testid: 'copy-dialog' }, h('pre', { class: 'copy-text' }, text));
  }
}
