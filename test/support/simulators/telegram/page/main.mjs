import { act, listen, read, Refusal } from './api.mjs';
import { ChatView } from './chat-view.mjs';
import { loadIcons } from './dom.mjs';
import { Drawer } from './drawer.mjs';
import { toast } from './feedback.mjs';
import { askForPerson, peopleView } from './people-view.mjs';

const app = document.querySelector('#app');
const list = document.querySelector('#people-list');
const offline = document.querySelector('#offline');

let people = [];
let chatView;
let isRefreshing = false;
let isStale = false;
const drawer = new Drawer();

/** Who is played is part of the address, so that it survives a reload and can be linked to. */
function selectedId() {
  const id = Number(location.hash.slice(1));
  return people.some((person) => person.id === id) ? id : undefined;
}

function select(id) {
  location.hash = String(id);
  app.dataset.view = 'chat';
  void refresh();
}

async function refresh() {
  // One at a time, and once more if something changed meanwhile.
  if (isRefreshing) {
    isStale = true;
    return;
  }
  isRefreshing = true;
  try {
    do {
      isStale = false;
      await load();
    } while (isStale);
  } catch (error) {
    if (error instanceof Refusal) toast(error.message, 'bad');
    else offline.hidden = false;
  } finally {
    isRefreshing = false;
  }
}

async function load() {
  const answer = await read('people');
  people = answer.people;
  chatView ??= new ChatView({
    bot: answer.bot,
    people: () => people,
    onBack: () => {
      app.dataset.view = 'people';
    },
  });
  document.querySelector('#bot-name').textContent = answer.bot.name;
  const id = selectedId() ?? firstId();
  renderPeople(id);
  if (id === undefined) {
    app.dataset.view = 'chat';
    chatView.showWelcome(begin);
  } else {
    chatView.show(await read(`people/${id}`));
    const isSeen = document.visibilityState === 'visible' && (app.dataset.view === 'chat' || isWide());
    const isUnread = people.some((person) => person.id === id && person.unread > 0);
    if (isSeen && isUnread) await act(`people/${id}/read`);
  }
  await drawer.refresh();
}

/** Somebody is always shown: who has yet to press Start, as on a first visit, else whose chat is the newest. */
function firstId() {
  const byTime = people.toSorted((a, b) => (b.last?.atMs ?? 0) - (a.last?.atMs ?? 0));
  const first = people.find((person) => !person.hasStarted) ?? byTime[0];
  return first?.id;
}

function renderPeople(id) {
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.testid : undefined;
  list.replaceChildren(...peopleView(people, id, select));
  if (focused !== undefined) list.querySelector(`[data-testid="${focused}"]`)?.focus();
  const unread = people.reduce((sum, person) => sum + person.unread, 0);
  document.title = unread > 0 ? `(${unread}) Simulated Telegram` : 'Simulated Telegram';
}

/** The first visit: a customer appears and presses Start. */
async function begin() {
  const languageCode = navigator.language.slice(0, 2);
  const person = await act('people', { firstName: 'Anna', username: 'anna', languageCode });
  await act(`people/${person.id}/send`, { text: '/start' });
  select(person.id);
}

function isWide() {
  return matchMedia('(min-width: 760px)').matches;
}

const icons = loadIcons();
// The button is there before them: who presses it at once is not to press in vain.
document.querySelector('#new-person').addEventListener('click', () => void icons.then(() => askForPerson(select)));
await icons;
window.addEventListener('hashchange', () => void refresh());
document.addEventListener('visibilitychange', () => void refresh());
listen(
  () => void refresh(),
  (isConnected) => {
    offline.hidden = isConnected;
  },
);
if (location.hash.length > 1) app.dataset.view = 'chat';
