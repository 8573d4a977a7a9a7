import { paymentsOf, type PaymentOf } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import type { Visit } from '../context.ts';
import { backButton, menuButton, supportButtons } from './keyboard.ts';

/** What became of a payment, for the one who made it. */
type Outcome = 'bought' | 'refunded' | 'partly' | 'refunding' | 'open';

/** The last payments, with what became of each. */
export async function showHistory(visit: Visit): Promise<void> {
  const { shop, speak, customer } = visit;
  const payments = await paymentsOf(shop.store, customer.id, 15);
  const lines = payments.map((one) =>
    speak.say('history-line', {
      date: speak.date(one.paidAtMs),
      title: speak.title(one.title),
      price: speak.money({ currency: one.currency, minorUnits: one.amountMinor }),
      outcome: outcomeOf(one),
    }),
  );
  const text = lines.length === 0 ? speak.say('history-none') : [speak.say('history-title'), ...lines].join('\n');
  const buttons = [supportButtons(visit), [backButton(visit, actions.list), menuButton(visit)]];
  await visit.show({ text, buttons });
}

function outcomeOf({ amountMinor, refundedMinor, refundOpen, disposition }: PaymentOf): Outcome {
  if (refundedMinor === amountMinor) return 'refunded';
  if (refundOpen) return 'refunding';
  if (refundedMinor > 0n) return 'partly';
  return disposition === 'granted' ? 'bought' : 'open';
}
