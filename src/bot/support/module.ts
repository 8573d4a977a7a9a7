import type { Message } from 'grammy/types';
import { adminsWho, closeDialog, countSupportMessages, openDialog } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { dialogForStaff, forStaff } from '../admin/staff.ts';
import type { Visit } from '../context.ts';
import type { BotModule } from '../module.ts';
import type { NoticeMetrics } from '../notices/metrics.ts';
import type { Button } from '../screen.ts';
import { supportActions, supportDialogs } from './actions.ts';
import { answerByMessage, answerByReply, askAnswer } from './answer.ts';
import { handOver } from './hand-over.ts';

const validMs = 86_400_000;
const windowSeconds = 300;
const mostMessages = 10;

/** Customers write to people, and people answer. Uses what admins see, so it belongs beside their module. */
export function supportModule(metrics: NoticeMetrics): BotModule {
  return {
    name: 'support',
    commands: { support: (visit) => askSupport(visit) },
    actions: {
      [actions.support]: (visit) => askSupport(visit),
      [supportActions.answer]: forStaff('answer', askAnswer),
    },
    dialogs: {
      [supportDialogs.write]: (visit, message) => takeMessage(visit, message, metrics),
      [supportDialogs.answer]: dialogForStaff('answer', (visit, message, state) =>
        answerByMessage(visit, message, state, metrics),
      ),
    },
    questions: { [supportDialogs.answer]: [] },
    onMessage: (visit, message) => answerByReply(visit, message, metrics),
  };
}

/** What a customer writes from now on goes to support, until he does something else. */
async function askSupport(visit: Visit): Promise<void> {
  const { shop, speak, telegramId } = visit;
  const shopId = shop.view.shop.id;
  const { support } = shop.view.spec;
  const people = await adminsWho(shop.store, shopId, 'answer');
  if (people.length > 0) await openDialog(shop.store, { shopId, telegramId, validMs }, { kind: supportDialogs.write });
  else await closeDialog(shop.store, shopId, telegramId);
  const contact = [support?.telegram, support?.url].filter((one) => one !== undefined).join(', ');
  const lines = [
    ...(people.length > 0 ? [speak.say('support-ask')] : contact === '' ? [speak.say('support-nobody')] : []),
    ...(contact === '' ? [] : [speak.say('support-elsewhere', { contact })]),
  ];
  const row: Button[] = [];
  if (support?.telegram !== undefined)
    row.push({ text: support.telegram, url: `https://t.me/${support.telegram.slice(1)}` });
  if (support?.url !== undefined) row.push({ text: speak.label('button-support-page'), url: support.url });
  await visit.show({
    text: lines.join('\n\n'),
    buttons: [row, [{ text: speak.label('button-menu'), data: actions.menuData }]],
  });
}

async function takeMessage(visit: Visit, message: Message, metrics: NoticeMetrics): Promise<void> {
  const { shop, speak, customer } = visit;
  const menu: Button[][] = [[{ text: speak.label('button-menu'), data: actions.menuData }]];
  if (
    message.text === undefined &&
    message.photo === undefined &&
    message.document === undefined &&
    message.voice === undefined
  ) {
    await visit.send({ text: speak.say('support-unfit'), buttons: menu });
    return;
  }
  if ((await countSupportMessages(shop.store, customer.id, windowSeconds)) >= mostMessages) {
    await visit.send({ text: speak.say('support-slow'), buttons: menu });
    return;
  }
  const reached = await handOver(visit, message);
  if (reached > 0) metrics.supportMessage('in');
  await visit.send({ text: speak.say(reached > 0 ? 'support-sent' : 'support-nobody'), buttons: menu, silent: true });
}
