import { texts } from '../languages.ts';
import type { PageState, PageTexts } from '../locales/page-texts.ts';
import type { PageInput } from '../page-answer.ts';
import type { Formatting } from './formatting.ts';

/** From here on the page says that it ends soon: as early as the bot reminds for the first time. */
const endingMs = 3 * 86_400_000;

/** What every part of a page is made from. */
export interface PageView extends PageInput {
  readonly state: PageState;
  readonly say: PageTexts;
  readonly format: Formatting;
}

export function viewOf(input: PageInput, format: Formatting): PageView {
  return { ...input, state: stateOf(input), say: texts[input.language].page, format };
}

function stateOf({ standing, document: { expiresAtMs }, nowMs }: PageInput): PageState {
  return standing === 'active' && expiresAtMs !== undefined && expiresAtMs - nowMs < endingMs ? 'ending' : standing;
}

/** Whether the customer's own next step is to connect; with others the link is there for whoever looks for it. */
export function isUsable({ state }: PageView): boolean {
  return state === 'active' || state === 'ending';
}

/** Whether it is the customer's turn to renew. */
export function isRenewable({ state }: PageView): boolean {
  return state === 'ending' || state === 'expired' || state === 'limited' || state === 'denied';
}
