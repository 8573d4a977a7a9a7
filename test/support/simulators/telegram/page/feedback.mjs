import { h, icon } from './dom.mjs';

const TOAST_MS = 4500;
const MOST_TOASTS = 3;

/**
 * Says something for a few seconds.
 *
 * @param {string} text
 * @param {'plain' | 'good' | 'bad'} [kind]
 */
export function toast(text, kind = 'plain') {
  const element = h('div', { class: `toast ${kind}`, testid: 'toast' }, text);
  const toasts = document.querySelector('#toasts');
  toasts.append(element);
  while (toasts.children.length > MOST_TOASTS) toasts.firstElementChild.remove();
  setTimeout(() => element.remove(), TOAST_MS);
}

/**
 * Opens a dialog and gives it back; it goes away when closed.
 *
 * @param {{ title: string, testid: string, wide?: boolean }} options
 * @param {...(Node | string)} children
 * @returns {HTMLDialogElement}
 */
export function openDialog({ title, testid, wide = false }, ...children) {
  const close = () => dialog.close();
  const dialog = h(
    'dialog',
    { class: wide ? 'wide' : '', testid, 'aria-label': title },
    h(
      'header',
      {},
      h('h2', {}, title),
      h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Close', onClick: close }, icon('close')),
    ),
    ...children,
  );
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** What a bot wants to be read: it stays until somebody says so. @param {string} text */
export function alertBox(text) {
  const dialog = openDialog(
    { title: 'The bot says', testid: 'alert' },
    h('p', { class: 'alert-text' }, text),
    h(
      'button',
      { class: 'main-button', type: 'button', testid: 'alert-ok', autofocus: true, onClick: () => dialog.close() },
      'OK',
    ),
  );
}
