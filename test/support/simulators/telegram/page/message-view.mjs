import { clockTime, h, icon, stars, withStars } from './dom.mjs';
import { formatted } from './entities.mjs';

/**
 * A message as a bubble with its buttons, or a line for what nobody wrote.
 *
 * @param {any} message as the simulator describes it
 * @param {{ person: any, isBusy: (key: string) => boolean, onPress: Function, onPay: Function, onForward: Function, onLink: Function, onPhoto: Function }} context
 * @returns {HTMLElement}
 */
export function messageView(message, context) {
  const { id, from, service } = message;
  if (service) return serviceLine(message);
  const isMine = from === 'customer';
  const item = h(
    'li',
    { class: `message ${isMine ? 'mine' : 'theirs'}`, testid: 'message', 'data-message-id': id, 'data-from': from },
    h(
      'div',
      { class: 'bubble-row' },
      h('div', { class: `bubble ${message.photo ? 'with-photo' : ''}` }, ...bubbleContent(message, context)),
      message.isProtected ? undefined : forwardButton(message, context),
    ),
    keyboardView(message, context),
  );
  return item;
}

function bubbleContent(message, { onLink, onPhoto, person }) {
  const { forwardedBy, photo, invoice, text, entities, edits, atMs } = message;
  const time = h(
    'span',
    { class: 'meta' },
    edits > 0 && h('span', { class: 'edited', testid: 'edited' }, 'edited'),
    h('time', { datetime: new Date(atMs).toISOString() }, clockTime(atMs)),
  );
  return [
    forwardedBy && h('div', { class: 'forwarded' }, `Forwarded by ${forwardedBy}`),
    photo && photoView(photo, text, onPhoto),
    invoice && invoiceView(message, person),
    text && h('div', { class: 'text' }, formatted(text, entities, onLink)),
    time,
  ];
}

/** At most this large, and known before the picture is there, so that nothing jumps when it comes. */
const PHOTO_LIMIT = { width: 320, height: 380 };

function photoView({ fileId, width, height }, caption, onPhoto) {
  const source = `/chat-api/files/${fileId}`;
  const alt = caption === '' ? 'Photo' : caption;
  const scale = Math.min(1, PHOTO_LIMIT.width / width, PHOTO_LIMIT.height / height);
  const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
  const image = h('img', { src: source, alt, ...size });
  return h('button', { class: 'photo', type: 'button', testid: 'photo', onClick: () => onPhoto(source, alt) }, image);
}

function invoiceView({ invoice }, person) {
  return h(
    'div',
    { class: 'invoice', testid: 'invoice' },
    h('div', { class: 'invoice-head' }, h('strong', {}, invoice.title), stars(invoice.amount, 'price')),
    h('p', {}, invoice.description),
    h('p', { class: 'invoice-state' }, ...(invoice.isPaid ? ['✓ Paid'] : ['Your balance: ', stars(person.balance)])),
  );
}

function forwardButton(message, { onForward }) {
  const label = 'Forward this message';
  return h(
    'button',
    {
      class: 'forward',
      type: 'button',
      testid: 'forward',
      title: label,
      'aria-label': label,
      onClick: () => onForward(message),
    },
    icon('forward'),
  );
}

function keyboardView(message, context) {
  if (message.keyboard.length === 0) return undefined;
  const rows = message.keyboard.map((buttons, row) =>
    h(
      'div',
      { class: 'keyboard-row' },
      ...buttons.map((button, column) => buttonView(message, button, row, column, context)),
    ),
  );
  return h('div', { class: 'keyboard', role: 'group', 'aria-label': 'Buttons of this message' }, ...rows);
}

function buttonView(message, button, row, column, { isBusy, onPress, onPay, onLink }) {
  const key = `${message.id}:${row}:${column}`;
  const busy = isBusy(key);
  const common = {
    class: `key ${button.style ?? ''} ${busy ? 'busy' : ''} ${button.pay ? 'pay' : ''}`,
    testid: button.pay ? 'pay' : 'button',
    'aria-busy': busy,
  };
  if (button.url) {
    const onClick = (event) => onLink(event, button.url);
    return h(
      'a',
      { ...common, href: button.url, target: '_blank', rel: 'noopener noreferrer', onClick },
      button.text,
      icon('open'),
    );
  }
  const onClick = () => (button.pay ? onPay(message, key) : onPress(message, button, { key, row, column }));
  const mark = button.copy_text ? icon('copy') : undefined;
  const label = button.pay ? withStars(button.text) : [button.text];
  return h('button', { ...common, type: 'button', disabled: busy, onClick }, h('span', {}, ...label), mark);
}

function serviceLine({ id, service }) {
  const amount = stars(service.amount);
  const said = service.kind === 'paid' ? ['You paid ', amount] : [amount, ' refunded to you'];
  return h(
    'li',
    { class: 'service', testid: 'service', 'data-message-id': id },
    h('span', { title: `Charge ${service.chargeId}` }, ...said),
  );
}
