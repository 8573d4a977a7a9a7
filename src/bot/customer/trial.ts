import type { VPNPlan } from '../../api/index.ts';
import { askFor, grantTrial, LedgerError, progressOf, setOrderMessage, subscriptionsOf } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import type { Visit } from '../context.ts';
import { progressScreen, seeProgress } from '../progress-screen.ts';
import { termsOfPlan, trialPlan } from './catalogue.ts';
import { admit } from './gate.ts';
import { menuButton } from './keyboard.ts';

/** The plan that this customer may try now: once, and before anything was bought. */
export async function offeredTrial({ shop, customer }: Visit): Promise<VPNPlan | undefined> {
  if (customer.trialSubscriptionId !== undefined) return undefined;
  const plan = trialPlan(shop);
  if (plan === undefined) return undefined;
  return (await subscriptionsOf(shop.store, customer.id, 1)).length === 0 ? plan : undefined;
}

/** Gives the trial, and turns the message into its progress. */
export async function takeTrial(visit: Visit): Promise<void> {
  const { shop, customer, speak, pressed, telegramId } = visit;
  if (!(await admit(visit, { action: actions.trial, args: [] }))) return;
  // A second click, or a repeated update, finds what the first one was given.
  const isRepeated = customer.trialSubscriptionId !== undefined;
  const plan = isRepeated ? trialPlan(shop) : await offeredTrial(visit);
  if (plan === undefined) return refuse(visit, isRepeated ? 'trial-taken' : 'trial-unavailable');
  const terms = termsOfPlan(plan, shop.view);
  try {
    const order = await grantTrial(shop.store, { shopId: shop.view.shop.id, customerId: customer.id, terms });
    shop.failpoint('bot.after-trial');
    if (order.message === undefined && pressed?.hasText === true) {
      await setOrderMessage(shop.store, order.id, { chatId: telegramId, messageId: pressed.messageId });
    }
    const progress = await progressOf(shop.store, order.id);
    if (progress === undefined) return await refuse(visit, 'trial-taken');
    const shown = await visit.show(await progressScreen(shop, speak, await seeProgress(shop, progress)));
    await setOrderMessage(shop.store, order.id, { chatId: telegramId, messageId: shown });
    // More may be there by now, and have been said before this screen, which was slower, took its place.
    await askFor(shop.store, 'progress', order.id);
    // Whoever was faster, or an earlier click, has shown it elsewhere: of two messages one would stay as it is for ever.
    const { message: before } = order;
    if (before !== undefined && before.messageId !== shown) await shop.telegram.remove(before.chatId, before.messageId);
  } catch (thrown) {
    if (!(thrown instanceof LedgerError && thrown.code === 'LEDGER_TRIAL_TAKEN')) throw thrown;
    await refuse(visit, 'trial-taken');
  }
}

async function refuse(visit: Visit, key: 'trial-unavailable' | 'trial-taken'): Promise<void> {
  await visit.show({ text: visit.speak.say(key), buttons: [[menuButton(visit)]] });
}
