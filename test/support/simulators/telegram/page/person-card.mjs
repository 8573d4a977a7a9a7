import { act, read } from './api.mjs';
import { avatar, h } from './dom.mjs';
import { openDialog, toast } from './feedback.mjs';

/** What can be changed about a person: their Stars, their channels, whether the bot may write to them. @param {number} id */
export async function openPersonCard(id) {
  const [{ person }, { channels }] = await Promise.all([read(`people/${id}`), read('telegram')]);
  const change = async (action, body) => {
    try {
      await act(`people/${id}/${action}`, body);
    } catch (error) {
      toast(error.message, 'bad');
    }
  };
  const amount = h('input', {
    type: 'number',
    min: 0,
    step: 1,
    value: person.balance ?? 1000,
    disabled: person.balance === null,
    testid: 'balance-amount',
    'aria-label': 'Stars',
  });
  const endless = toggle('Endless Stars', person.balance === null, 'balance-endless', (isEndless) => {
    amount.disabled = isEndless;
    void change('balance', { balance: isEndless ? null : Number(amount.value) });
  });
  amount.addEventListener('change', () => void change('balance', { balance: Number(amount.value) }));
  openDialog(
    { title: 'Person', testid: 'person-dialog' },
    h(
      'div',
      { class: 'card-head' },
      avatar(person),
      h(
        'div',
        {},
        h('strong', {}, `${person.firstName} ${person.lastName}`.trim()),
        h('p', { class: 'hint' }, details(person)),
      ),
    ),
    endless,
    h('label', { class: 'setting' }, h('span', {}, 'Stars'), amount),
    toggle('Block the bot', person.hasBlockedBot, 'block', (isBlocked) => change('block', { isBlocked })),
    ...channels.map((channel) => {
      const isMember = person.channels.includes(channel);
      return toggle(`Member of ${channel}`, isMember, `join-${channel.slice(1)}`, (joins) =>
        change('join', { channel, isMember: joins }),
      );
    }),
  );
}

/** A switch with a label. */
export function toggle(label, isOn, testid, onChange) {
  const input = h('input', { type: 'checkbox', role: 'switch', checked: isOn, testid });
  input.addEventListener('change', () => onChange(input.checked));
  return h('label', { class: 'setting' }, h('span', {}, label), input);
}

function details({ id, username, languageCode }) {
  return [username && `@${username}`, `id ${id}`, languageCode].filter(Boolean).join(' · ');
}
