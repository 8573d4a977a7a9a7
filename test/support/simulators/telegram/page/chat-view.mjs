import { createActions, guarded } from './chat-actions.mjs';
import { createComposer } from './composer.mjs';
import { avatar, dayName, h, icon, stars } from './dom.mjs';
import { openDialog } from './feedback.mjs';
import { messageView } from './message-view.mjs';
import { openPersonCard } from './person-card.mjs';

/**
 * The chat of one person with the bot. Messages that did not change keep their elements, so that focus, selection and
 * scrolling survive every update.
 */
export class ChatView {
  #root = document.querySelector('#chat');
  #options;
  #chat;
  #shown = new Map();
  #busy = new Set();
  #parts;
  #actions;
  #isAtEnd = true;
  /** The chat grows with its pictures and shrinks with the field below it. */
  #resizes = new ResizeObserver(() => this.#keepAtEnd());

  /** @param {{ bot: any, people: () => readonly any[], onBack: () => void}} options */
  constructor(options) {
    this.#options = options;
    this.#actions = createActions({
      ...options,
      person: () => this.#chat.person,
      send: (text) => this.#send(text),
      whileBusy: (key, action) => this.#whileBusy(key, action),
    });
  }

  /** Shows that nobody is there yet. @param {() => void} onStart */
  showWelcome(onStart) {
    if (this.#root.dataset.state === 'welcome') return;
    this.#reset('welcome');
    this.#root.append(
      hero(
        'Meet your shop',
        'This page is a Telegram of its own. Press Start to become its first customer; nothing leaves this machine, and every payment is play money.',
        onStart,
      ),
    );
  }

  /** @param {any} chat as the simulator describes it */
  show(chat) {
    const isOther = this.#chat?.person.id !== chat.person.id || this.#root.dataset.state !== 'chat';
    this.#chat = chat;
    if (isOther) this.#build();
    this.#updateHeader();
    this.#updateMessages(isOther);
    this.#parts.typing.hidden = !chat.isTyping;
    this.#parts.composer.update(chat);
  }

  #reset(state) {
    this.#root.replaceChildren();
    this.#root.dataset.state = state;
    this.#shown.clear();
    this.#busy.clear();
  }

  #build() {
    this.#reset('chat');
    const { bot, onBack } = this.#options;
    const about = () => openPersonCard(this.#chat.person.id);
    const played = h('button', { class: 'played', type: 'button', testid: 'person-card', onClick: about });
    const status = h('span', { class: 'chat-status' }, 'bot');
    const list = h('ol', {
      class: 'messages',
      role: 'log',
      'aria-live': 'polite',
      'aria-label': `Messages with ${bot.name}`,
      tabindex: '0',
    });
    const typing = h(
      'div',
      { class: 'typing', hidden: true },
      h('span', {}),
      h('span', {}),
      h('span', {}),
      h('b', { class: 'visually-hidden' }, 'The bot is typing'),
    );
    const composer = createComposer(
      (text) => this.#send(text),
      (base64) => this.#actions.sendPhoto(base64),
    );
    this.#parts = { played, status, list, typing, composer };
    this.#root.append(
      h(
        'header',
        { class: 'bar' },
        h(
          'button',
          {
            class: 'icon-button back',
            type: 'button',
            'aria-label': 'Back to the people',
            testid: 'back',
            onClick: onBack,
          },
          icon('back'),
        ),
        h('img', { src: '/page/icon.svg', alt: '', width: 40, height: 40 }),
        h('div', { class: 'chat-names' }, h('strong', {}, bot.name), status),
        played,
      ),
      h('div', { class: 'scroller', testid: 'scroller' }, list, typing),
      composer.element,
    );
    this.#followScrolling(list.parentElement);
  }

  /** Whoever reads the newest message goes on doing so; whoever scrolled up stays there. */
  #keepAtEnd() {
    const scroller = this.#parts?.list.parentElement;
    if (this.#isAtEnd && scroller) scroller.scrollTop = scroller.scrollHeight;
  }

  #followScrolling(scroller) {
    scroller.addEventListener('scroll', () => {
      this.#isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
    });
    this.#resizes.disconnect();
    this.#resizes.observe(scroller);
    this.#resizes.observe(scroller.firstElementChild);
  }

  #updateHeader() {
    const { person, isTyping } = this.#chat;
    const { played, status } = this.#parts;
    played.replaceChildren(
      avatar(person),
      h(
        'span',
        { class: 'played-text' },
        h('span', {}, `You are ${person.firstName}`),
        stars(person.balance, 'wallet'),
      ),
    );
    played.setAttribute('aria-label', `About ${person.firstName}, whom you are playing`);
    status.textContent = isTyping ? 'is typing …' : person.hasBlockedBot ? 'blocked by you' : 'bot';
  }

  #updateMessages(isOther) {
    const { list } = this.#parts;
    const { messages, person } = this.#chat;
    if (isOther) this.#isAtEnd = true;
    const context = this.#context();
    const elements = [];
    let day = '';
    for (const message of messages) {
      const itsDay = dayName(message.atMs);
      if (itsDay !== day)
        elements.push(this.#reuse(`day:${itsDay}`, '', () => h('li', { class: 'day' }, h('span', {}, itsDay))));
      day = itsDay;
      const busy = [...this.#busy].filter((key) => key.startsWith(`${message.id}:`)).join();
      const state = `${message.version} ${busy} ${message.invoice ? person.balance : ''}`;
      elements.push(
        this.#reuse(String(message.id), state, () => messageView(message, context), isOther ? 0 : message.edits),
      );
    }
    // Made anew it would take the focus from Start, and with it the key that somebody is pressing.
    if (messages.length === 0) elements.push(this.#reuse('empty', person.firstName, () => this.#emptyState()));
    for (const key of this.#shown.keys()) if (!elements.includes(this.#shown.get(key).element)) this.#shown.delete(key);
    const isSame =
      elements.length === list.children.length && elements.every((element, index) => element === list.children[index]);
    if (!isSame) list.replaceChildren(...elements);
    if (!isSame) this.#keepAtEnd();
  }

  /** The element of a message, made anew when what it shows has changed; one that was edited flashes. */
  #reuse(key, state, make, edits = 0) {
    const known = this.#shown.get(key);
    if (known?.state === state) return known.element;
    const element = make();
    if (known !== undefined && edits > known.edits) element.classList.add('flash');
    else if (known === undefined && this.#shown.size > 0) element.classList.add('fresh');
    this.#shown.set(key, { state, element, edits });
    return element;
  }

  #emptyState() {
    const { name } = this.#options.bot;
    const text = `${this.#chat.person.firstName} has not talked to ${name} yet. A bot cannot write first: press Start.`;
    return h(
      'li',
      { class: 'hero-item' },
      hero(name, text, () => this.#send('/start')),
    );
  }

  #context() {
    return {
      person: this.#chat.person,
      isBusy: (key) => this.#busy.has(key),
      onPress: this.#actions.press,
      onPay: this.#actions.pay,
      onForward: this.#actions.forward,
      onLink: this.#actions.follow,
      onPhoto: (source, alt) =>
        openDialog({ title: alt, testid: 'lightbox', wide: true }, h('img', { src: source, alt })),
    };
  }

  async #send(text) {
    await this.#actions.send(text);
    this.#isAtEnd = true;
    this.#keepAtEnd();
  }

  async #whileBusy(key, action) {
    if (this.#busy.has(key)) return;
    this.#busy.add(key);
    this.#updateMessages(false);
    try {
      await guarded(action);
    } finally {
      this.#busy.delete(key);
      this.#updateMessages(false);
    }
  }
}

function hero(title, text, onStart) {
  return h(
    'div',
    { class: 'hero' },
    h('img', { src: '/page/icon.svg', alt: '', width: 88, height: 88 }),
    h('h2', {}, title),
    h('p', {}, text),
    h('button', { class: 'main-button big', type: 'button', testid: 'start', onClick: onStart }, 'Start'),
  );
}
