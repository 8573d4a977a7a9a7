import { act } from './api.mjs';
import { avatar, clockTime, h } from './dom.mjs';
import { openDialog, toast } from './feedback.mjs';

/**
 * The people that can be played, as buttons.
 *
 * @param {readonly any[]} people
 * @param {number | undefined} selectedId
 * @param {(id: number) => void} onSelect
 * @returns {HTMLElement[]}
 */
export function peopleView(people, selectedId, onSelect) {
  const latestFirst = people.toSorted((a, b) => (b.last?.atMs ?? 0) - (a.last?.atMs ?? 0) || a.id - b.id);
  return latestFirst.map((person) => {
    const { id, firstName, lastName, last, unread, hasBlockedBot } = person;
    return h(
      'button',
      {
        class: 'person',
        type: 'button',
        testid: `person-${id}`,
        'aria-current': id === selectedId ? 'true' : undefined,
        onClick: () => onSelect(id),
      },
      avatar(person),
      h(
        'span',
        { class: 'person-text' },
        h(
          'span',
          { class: 'person-name' },
          `${firstName} ${lastName}`.trim(),
          hasBlockedBot && h('span', { class: 'tag' }, 'blocked'),
        ),
        h('span', { class: 'person-last' }, last?.preview ?? 'Has not started the bot yet'),
      ),
      h(
        'span',
        { class: 'person-side' },
        last && h('time', {}, clockTime(last.atMs)),
        unread > 0 &&
          h('span', { class: 'badge', testid: `unread-${id}`, 'aria-label': `${unread} unread` }, String(unread)),
      ),
    );
  });
}

/** Asks for a name and makes a person. @param {(id: number) => void} onMade */
export function askForPerson(onMade) {
  const submit = async (event) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    try {
      const person = await act('people', Object.fromEntries(form));
      dialog.close();
      onMade(person.id);
    } catch (error) {
      toast(error.message, 'bad');
    }
  };
  const field = (label, input) => h('label', { class: 'field' }, h('span', {}, label), input);
  const dialog = openDialog(
    { title: 'New person', testid: 'new-person-dialog' },
    h(
      'form',
      { class: 'form', onSubmit: submit },
      field(
        'Name',
        h('input', {
          name: 'firstName',
          required: true,
          autocomplete: 'off',
          placeholder: 'Anna',
          testid: 'new-person-name',
          autofocus: true,
        }),
      ),
      field(
        'Username, if any',
        h('input', { name: 'username', autocomplete: 'off', placeholder: '@anna', testid: 'new-person-username' }),
      ),
      field(
        'Language of their app',
        h(
          'select',
          { name: 'languageCode', testid: 'new-person-language' },
          h('option', { value: 'en' }, 'English'),
          h('option', { value: 'ru' }, 'Русский'),
        ),
      ),
      h('button', { class: 'main-button', type: 'submit', testid: 'new-person-create' }, 'Create'),
    ),
  );
}
