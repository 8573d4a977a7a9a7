import { setLanguage } from '../../ledger/index.ts';
import { actions } from '../actions.ts';
import { writeCallback } from '../callback.ts';
import type { Visit } from '../context.ts';
import { staleButton } from '../errors.ts';
import { inRows, type Button } from '../screen.ts';
import { offeredLanguages, speakerFor } from '../visit.ts';
import { listButton, menuButton, supportButtons } from './keyboard.ts';
import { showMenu } from './menu.ts';

/** How it works, in a few lines. */
export async function showHelp(visit: Visit): Promise<void> {
  const { speak } = visit;
  await visit.show({
    text: speak.say('help'),
    buttons: [[listButton(visit)], supportButtons(visit), [menuButton(visit)]],
  });
}

/** What Telegram asks of everybody who takes Stars: where questions about payments go. */
export async function showPaySupport(visit: Visit): Promise<void> {
  const { speak } = visit;
  const history: Button = { text: speak.label('button-history'), data: writeCallback(actions.history) };
  const buttons = [[history], supportButtons(visit), [menuButton(visit)]];
  await visit.show({ text: speak.say('paysupport'), buttons });
}

export async function showTerms(visit: Visit): Promise<void> {
  const { shop, speak } = visit;
  const { terms } = shop.view.spec;
  const link: Button[] = terms === undefined ? [] : [{ text: speak.label('button-terms'), url: terms.url }];
  const text = speak.say(terms === undefined ? 'terms-none' : 'terms-link');
  await visit.show({ text, buttons: [link, [menuButton(visit)]] });
}

export async function showLanguages(visit: Visit): Promise<void> {
  const { shop, speak } = visit;
  const buttons = offeredLanguages(shop).map((language): Button => ({
    text: speakerFor(shop, { language }).label('language-name'),
    data: writeCallback(actions.setLanguage, language),
  }));
  await visit.show({ text: speak.say('language-ask'), buttons: [...inRows(buttons), [menuButton(visit)]] });
}

/** @param args language */
export async function chooseLanguage(visit: Visit, [language = '']: readonly string[]): Promise<void> {
  const { shop, customer } = visit;
  if (!offeredLanguages(shop).includes(language)) throw staleButton(`language "${language}" is not offered`);
  await setLanguage(shop.store, customer.id, language);
  await showMenu({ ...visit, customer: { ...customer, language }, speak: speakerFor(shop, { language }) });
}
