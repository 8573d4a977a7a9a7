import { describeError } from '../../base/errors.ts';
import { LedgerError, renewKeys } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import { backButton } from './keyboard.ts';
import { ownedBy } from './owned.ts';

/** Asks before a new address is given. @param args subscription */
export async function askNewAddress(visit: Visit, [subscriptionId]: readonly string[]): Promise<void> {
  const { speak } = visit;
  const one = await ownedBy(visit, subscriptionId);
  const yes = { text: speak.label('button-new-address-yes'), data: writeCallback(actions.newAddress, one.id) };
  await visit.show({
    text: speak.say('address-ask'),
    buttons: [[{ ...yes, style: 'danger' }], [backButton(visit, actions.subscription, one.id)]],
  });
}

/** Gives a new address; the one before answers a notice for a while. @param args subscription */
export async function giveNewAddress(visit: Visit, [subscriptionId]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const one = await ownedBy(visit, subscriptionId);
  const back = [backButton(visit, actions.subscription, one.id)];
  const address = await shop.ports.links.renew(one.id).catch((thrown: unknown) => {
    shop.log.warn({ err: describeError(thrown) }, 'a new address cannot be given now');
    return undefined;
  });
  if (address === undefined) return void (await visit.show({ text: speak.say('link-later'), buttons: [back] }));
  const connect = { text: speak.label('button-connect'), data: writeCallback(actions.connect, one.id) };
  await visit.show({
    text: speak.say('address-new', { address }),
    buttons: [[{ text: speak.label('button-copy'), copy: address }], [{ ...connect, style: 'success' }], back],
  });
}

/** Asks before new keys are made; the button carries which ones they replace. @param args subscription */
export async function askNewKeys(visit: Visit, [subscriptionId]: readonly string[]): Promise<void> {
  const { speak } = visit;
  const one = await ownedBy(visit, subscriptionId);
  const data = writeCallback(actions.newKeys, one.id, one.generation);
  await visit.show({
    text: speak.say('keys-ask'),
    buttons: [
      [{ text: speak.label('button-new-keys-yes'), data, style: 'danger' }],
      [backButton(visit, actions.subscription, one.id)],
    ],
  });
}

/** @param args subscription, generation that is to be replaced */
export async function makeNewKeys(visit: Visit, [subscriptionId, from]: readonly string[]): Promise<void> {
  const { shop, speak } = visit;
  const one = await ownedBy(visit, subscriptionId);
  const buttons = [[backButton(visit, actions.subscription, one.id)]];
  try {
    await renewKeys(shop.store, one.id, Number(from));
  } catch (thrown) {
    if (!(thrown instanceof LedgerError && thrown.code === 'LEDGER_KEYS_FRESH')) throw thrown;
    return void (await visit.show({ text: speak.say('keys-fresh'), buttons }));
  }
  await visit.show({ text: speak.say('keys-new'), buttons });
}
