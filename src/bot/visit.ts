import type { CustomerRecord } from '../ledger/index.ts';
import type { Shop, Visit } from './context.ts';
import type { Screen } from './screen.ts';
import type { Speaker } from './texts.ts';

export interface VisitOptions {
  readonly shop: Shop;
  readonly customer: CustomerRecord;
  readonly telegramId: number;
  readonly pressed?: {
    readonly callbackId: string;
    readonly messageId: number;
    readonly hasText: boolean;
  };
}

/** A visit, and what ends it: a button waits until it is answered, even if only with nothing. */
export interface OpenVisit extends Visit {
  readonly close: () => Promise<void>;
}

export function openVisit({ shop, customer, telegramId, pressed }: VisitOptions): OpenVisit {
  const { telegram } = shop;
  let isAnswered = pressed === undefined;
  const answer = async (text?: string): Promise<void> => {
    if (isAnswered || pressed === undefined) return;
    isAnswered = true;
    await telegram.answer(pressed.callbackId, text);
  };
  const send = async (screen: Screen): Promise<number> => telegram.send(telegramId, screen);
  const replace = async (screen: Screen): Promise<number> => {
    // The new message comes first, so that there always is one.
    const sent = await send(screen);
    if (pressed !== undefined) await telegram.remove(telegramId, pressed.messageId);
    return sent;
  };
  return {
    shop,
    customer,
    telegramId,
    speak: speakerFor(shop, customer),
    pressed,
    send,
    replace,
    show: async (screen) => {
      // A picture or an invoice does not become text.
      const canEdit = pressed?.hasText === true && screen.photo === undefined;
      const isEdited = canEdit && (await telegram.edit(telegramId, pressed.messageId, screen)) === 'edited';
      return isEdited ? pressed.messageId : replace(screen);
    },
    toast: answer,
    close: answer,
  };
}

/** What a customer is spoken to with: his own language, else the shop's, else English. */
export function speakerFor(shop: Pick<Shop, 'texts' | 'view'>, customer: Pick<CustomerRecord, 'language'>): Speaker {
  const { languages, timeZone } = shop.view.spec;
  const isOffered = offeredLanguages(shop).includes(customer.language?.split('-')[0] ?? '');
  return shop.texts.speaker([isOffered ? customer.language : undefined, languages.default], timeZone);
}

/** Languages that the shop offers and that we have texts in. */
export function offeredLanguages({ texts, view }: Pick<Shop, 'texts' | 'view'>): string[] {
  const offered = view.spec.languages.offered.map((tag) => tag.split('-')[0] ?? tag);
  return [...new Set(offered)].filter((language) => texts.languages.includes(language));
}
