import { acceptTerms } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { shortKey, writeCallback, type CallbackData } from '../callback.ts';
import type { Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import { forbiddenOf, refusalOf } from '../telegram.ts';
import { menuButton } from './keyboard.ts';

/**
 * Whether a customer may go on to a trial or purchase: terms accepted in their present version, and a member of the
 * channel, where the shop asks for these. Otherwise he is shown what is missing, with a button that leads on to `next`.
 */
export async function admit(visit: Visit, next: CallbackData): Promise<boolean> {
  return (await checkTerms(visit, next)) && (await checkChannel(visit, next));
}

async function checkTerms(visit: Visit, next: CallbackData): Promise<boolean> {
  const { shop, speak, customer } = visit;
  const { terms } = shop.view.spec;
  if (terms === undefined || customer.termsVersion === terms.version) return true;
  const accept = writeCallback(actions.accept, shortKey(terms.version), next.action, ...next.args);
  await visit.show({
    text: speak.say(customer.termsVersion === undefined ? 'terms-ask' : 'terms-ask-again'),
    buttons: [
      [{ text: speak.label('button-terms'), url: terms.url }],
      [{ text: speak.label('button-accept'), data: accept, style: 'success' }],
      [menuButton(visit)],
    ],
  });
  return false;
}

async function checkChannel(visit: Visit, next: CallbackData): Promise<boolean> {
  const { shop, speak, telegramId } = visit;
  const { channel } = shop.view.spec;
  if (channel === undefined || (await isMember(visit, channel.id, telegramId))) return true;
  // Whoever pressed "joined" too early sees the same screen again: something has to move.
  await visit.toast(speak.label('channel-first'));
  await visit.show({
    text: speak.say('channel-ask'),
    buttons: [
      [{ text: speak.label('button-channel'), url: channel.url }],
      [{ text: speak.label('button-joined'), data: writeCallback(actions.joined, next.action, ...next.args) }],
      [menuButton(visit)],
    ],
  });
  return false;
}

async function isMember({ shop }: Visit, channel: string, userId: number): Promise<boolean> {
  try {
    const member = await shop.telegram.api.getChatMember(channel, userId);
    if (member.status === 'restricted') return member.is_member;
    return member.status !== 'left' && member.status !== 'kicked';
  } catch (thrown) {
    const refusal = refusalOf(thrown) ?? forbiddenOf(thrown);
    if (refusal === undefined) throw thrown;
    if (/user not found|participant_id_invalid/i.test(refusal)) return false;
    // The bot is no administrator there, or the channel is gone: a seller's mistake must not stop every sale.
    shop.log.warn({ refusal }, 'membership of the channel cannot be checked; everybody is let in');
    return true;
  }
}

/** The terms were accepted: on to where they stood in the way. */
export async function acceptAndGoOn(visit: Visit, [key, ...next]: readonly string[]): Promise<void> {
  const { shop, customer } = visit;
  const version = shop.view.spec.terms?.version;
  if (version !== undefined) {
    if (shortKey(version) !== key) throw staleButton('the terms have changed since');
    await acceptTerms(shop.store, customer.id, version);
  }
  await goOn({ ...visit, customer: { ...customer, termsVersion: version } }, next);
}

/** What the button leads on to asks for the membership again. */
export async function goOn(visit: Visit, [action = '', ...args]: readonly string[]): Promise<void> {
  const handler = visit.shop.modules.actions.get(action);
  if (handler === undefined) throw staleButton(`no button does "${action}" any more`);
  await handler(visit, args);
}
