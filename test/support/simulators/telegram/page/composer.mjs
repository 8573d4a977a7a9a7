import { h, icon } from './dom.mjs';
import { drawReceipt } from './receipt.mjs';

/**
 * The field in which a person writes, with commands, photos and the bot's reply keyboard.
 *
 * @param {(text: string) => Promise<void>} onText
 * @param {(base64: string) => Promise<void>} onPhoto
 * @returns {{ element: HTMLElement, update: (chat: any) => void }}
 */
export function createComposer(onText, onPhoto) {
  let chat;
  const field = h('textarea', {
    class: 'field-text',
    rows: '1',
    placeholder: 'Message',
    'aria-label': 'Message',
    testid: 'composer',
    autocomplete: 'off',
  });
  const file = h('input', {
    type: 'file',
    accept: 'image/png,image/jpeg,image/webp',
    hidden: true,
    testid: 'attach-file',
  });
  const send = h('button', { class: 'send', type: 'submit', 'aria-label': 'Send', testid: 'send' }, icon('send'));
  const keys = h('div', { class: 'reply-keyboard', role: 'group', 'aria-label': 'Suggested answers', hidden: true });
  const attach = menuButton('attach', 'Attach a photo', 'attach', () => [
    menuItem('image', 'Photo from this computer', 'attach-choose', () => file.click()),
    menuItem('receipt', 'Sample receipt', 'attach-receipt', () => onPhoto(drawReceipt(chat))),
  ]);
  const commands = menuButton('slash', 'Commands of this bot', 'commands', () =>
    chat.commands.map(({ command, description }) => {
      const label = h('span', { class: 'command-line' }, h('b', {}, `/${command}`), h('span', {}, description));
      return menuItem(undefined, label, `command-${command}`, () => onText(`/${command}`));
    }),
  );
  const grow = () => {
    field.style.setProperty('height', 'auto');
    field.style.setProperty('height', `${Math.min(field.scrollHeight, 160)}px`);
  };
  const submit = async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') return;
    field.value = '';
    grow();
    await onText(text);
  };
  const form = h('form', { class: 'composer', onSubmit: submit }, attach, commands, field, file, send);
  field.addEventListener('input', grow);
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  const attachChosen = async () => {
    const [chosen] = file.files;
    if (chosen) await onPhoto(await base64Of(chosen));
    file.value = '';
  };
  file.addEventListener('change', () => void attachChosen());
  const update = (next) => {
    chat = next;
    const { person, replyKeyboard } = chat;
    field.disabled = person.hasBlockedBot;
    send.disabled = person.hasBlockedBot;
    field.placeholder = person.hasBlockedBot ? 'You have blocked the bot' : 'Message';
    commands.hidden = chat.commands.length === 0;
    const state = JSON.stringify(replyKeyboard);
    if (keys.dataset.state === state) return;
    keys.dataset.state = state;
    keys.hidden = replyKeyboard.length === 0;
    keys.replaceChildren(
      ...replyKeyboard.map((row) =>
        h(
          'div',
          { class: 'keyboard-row' },
          ...row.map((text) =>
            h('button', { class: 'key', type: 'button', testid: 'reply-button', onClick: () => onText(text) }, text),
          ),
        ),
      ),
    );
  };
  return { element: h('div', { class: 'composer-area' }, form, keys), update };
}

function menuButton(symbol, label, testid, items) {
  const menu = h('div', { class: 'menu', role: 'menu', popover: 'auto' });
  const button = h(
    'button',
    { class: 'icon-button', type: 'button', 'aria-label': label, title: label, testid, 'aria-haspopup': 'menu' },
    icon(symbol),
  );
  button.addEventListener('click', () => {
    menu.replaceChildren(...items());
    menu.togglePopover({ source: button });
    const { left, top } = button.getBoundingClientRect();
    menu.style.setProperty('left', `${Math.max(8, Math.min(left, window.innerWidth - menu.offsetWidth - 8))}px`);
    menu.style.setProperty('top', `${top - menu.offsetHeight - 10}px`);
    menu.querySelector('button')?.focus();
  });
  menu.addEventListener('click', () => menu.hidePopover());
  return h('span', { class: 'menu-holder' }, button, menu);
}

function menuItem(symbol, label, testid, onClick) {
  return h(
    'button',
    { class: 'menu-item', type: 'button', role: 'menuitem', testid, onClick },
    symbol && icon(symbol),
    label,
  );
}

async function base64Of(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = '';
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}
