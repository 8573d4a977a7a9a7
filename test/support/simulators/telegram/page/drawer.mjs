import { act, read } from './api.mjs';
import { clockTime, h, icon, stars } from './dom.mjs';
import { toast } from './feedback.mjs';
import { toggle } from './person-card.mjs';

/** Telegram's own side: outages, Stars, and what it refused. */
export class Drawer {
  #element = document.querySelector('#drawer');
  #button = document.querySelector('#open-drawer');
  #dot = document.querySelector('#outage-dot');

  constructor() {
    this.#button.addEventListener('click', () => this.#setOpen(this.#element.hidden));
    this.#element.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#setOpen(false);
    });
  }

  /** Reads and shows the present state. */
  async refresh() {
    const state = await read('telegram');
    this.#dot.hidden = !state.isPaused;
    if (this.#element.hidden) return;
    const focused = this.#element.contains(document.activeElement) ? document.activeElement.dataset.testid : undefined;
    this.#element.replaceChildren(...this.#content(state));
    if (focused !== undefined) this.#element.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
  }

  #setOpen(isOpen) {
    this.#element.hidden = !isOpen;
    this.#button.setAttribute('aria-expanded', String(isOpen));
    if (isOpen) void this.refresh().then(() => this.#element.querySelector('button')?.focus());
    else this.#button.focus();
  }

  #content({ isPaused, pendingUpdates, balance, transactions, failures }) {
    const close = h(
      'button',
      {
        class: 'icon-button',
        type: 'button',
        'aria-label': 'Close',
        testid: 'drawer-close',
        onClick: () => this.#setOpen(false),
      },
      icon('close'),
    );
    return [
      h('header', { class: 'bar' }, h('h2', {}, 'Telegram’s side'), close),
      h(
        'div',
        { class: 'drawer-body' },
        h(
          'section',
          {},
          toggle('Outage: the bot hears nothing', isPaused, 'outage', (value) =>
            attempt('delivery', { isPaused: value }),
          ),
          h('p', { class: 'hint', testid: 'pending' }, waiting(pendingUpdates)),
        ),
        h('section', {}, h('h3', {}, 'Stars of the bot: ', stars(balance)), transactionList(transactions)),
        h('section', {}, h('h3', {}, 'Calls that failed'), failureList(failures)),
      ),
    ];
  }
}

function waiting(count) {
  if (count === 0) return 'The bot has heard everything.';
  return count === 1 ? 'One update waits for the bot.' : `${count} updates wait for the bot.`;
}

function transactionList(transactions) {
  if (transactions.length === 0) return h('p', { class: 'hint' }, 'Nobody has paid yet.');
  return h(
    'ul',
    { class: 'rows', testid: 'transactions' },
    ...transactions.map(({ id, amount, name, atMs, canRefund }) =>
      h(
        'li',
        {},
        h(
          'span',
          { class: 'row-text' },
          h('b', {}, amount > 0 ? '+ ' : '− ', stars(Math.abs(amount))),
          h('span', { title: id }, `${name} · ${clockTime(atMs)}`),
        ),
        canRefund &&
          h(
            'button',
            {
              class: 'small-button',
              type: 'button',
              testid: `refund-${id}`,
              onClick: () => attempt('refund', { chargeId: id }),
            },
            'Refund',
          ),
      ),
    ),
  );
}

function failureList(failures) {
  if (failures.length === 0) return h('p', { class: 'hint' }, 'None.');
  return h(
    'ul',
    { class: 'rows', testid: 'failures' },
    ...failures.map(({ method, status, error, atMs }) =>
      h(
        'li',
        {},
        h(
          'span',
          { class: 'row-text' },
          h('b', {}, `${method} · ${status}`),
          h('span', {}, `${clockTime(atMs)} · ${error}`),
        ),
      ),
    ),
  );
}

async function attempt(path, body) {
  try {
    await act(path, body);
  } catch (error) {
    toast(error.message, 'bad');
  }
}
