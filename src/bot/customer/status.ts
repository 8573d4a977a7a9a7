import type { OwnedSubscription } from '../../ledger/index.ts';
import type { Speaker } from '../texts.ts';

/** The words of a subscription's conditions, in the order in which they matter to whoever has it. */
export type StatusWord = 'suspended' | 'ended' | 'expired' | 'limited' | 'provisioning' | 'ready';

export function statusOf(one: OwnedSubscription): StatusWord {
  if (one.expired) return 'expired';
  if (one.suspended) return 'suspended';
  if (one.access === 'denied') return 'ended';
  if (one.limited) return 'limited';
  // Panels that hold it go on holding it while a renewal is carried out.
  return one.provisioned || one.confirmedPanels > 0 ? 'ready' : 'provisioning';
}

/** A subscription on a button: those of one plan are told apart by their ends. */
export function labelOwned(speak: Speaker, one: OwnedSubscription, number: number): string {
  const key = one.expired ? 'button-owned-over' : 'button-owned';
  return speak.label(key, { number, title: speak.title(one.title), until: speak.day(one.expiresAtMs) });
}

/** One line: title, status, until when. HTML. */
export function describeStatus(speak: Speaker, one: OwnedSubscription): string {
  const word = statusOf(one);
  const variables = { title: speak.title(one.title), until: speak.date(one.expiresAtMs) };
  return speak.say(`status-line-${word}`, variables);
}
