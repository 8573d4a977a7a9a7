import type { PageState } from '../locales/page-texts.ts';
import { nextMonthMs } from '../profile-headers.ts';
import { html, type Html, linkable } from './html.ts';
import { isRenewable, type PageView } from './view.ts';

type Tone = 'ok' | 'warn' | 'bad';

const tones: Readonly<Record<PageState, Tone>> = {
  active: 'ok',
  ending: 'warn',
  preparing: 'warn',
  limited: 'warn',
  moved: 'warn',
  expired: 'bad',
  suspended: 'bad',
  denied: 'bad',
};

/** What it is, until when, and what the customer can do about it. */
export function stateSection(view: PageView): Html {
  const { document, state, say, format, nowMs } = view;
  const { expiresAtMs } = document;
  const untilMs = expiresAtMs ?? nowMs;
  const facts = {
    until: expiresAtMs === undefined ? undefined : format.date(expiresAtMs),
    left: format.span(untilMs - nowMs),
    ago: format.ago(nowMs - untilMs),
    reset: document.trafficReset === 'Monthly' ? format.day(nextMonthMs(nowMs)) : undefined,
  };
  const { badge, headline, line } = say.states[state];
  const text = line(facts);
  return html`<section class="${tones[state]}">
    <p class="badge">${badge}</p>
    <p class="headline">${headline(facts)}</p>
    ${text !== undefined && html`<p class="muted">${text}</p>`}${actionOf(view)}
  </section>`;
}

function actionOf(view: PageView): Html | undefined {
  const { state, say, profile } = view;
  const seller = linkable(profile.botUrl) ?? linkable(profile.webPageUrl);
  const support = linkable(profile.supportUrl);
  if (state === 'preparing') return action(say.lookAgain, '', state);
  if (state === 'suspended') return action(say.askSupport, support, state);
  if (state === 'moved') return action(say.openBot, linkable(profile.botUrl), state);
  if (!isRenewable(view)) return undefined;
  return seller === undefined ? action(say.askSupport, support, state) : action(say.renew, seller, state);
}

function action(label: string, url: string | undefined, state: PageState): Html | undefined {
  if (url === undefined) return undefined;
  // While all works, connecting is the first thing to do.
  const look = state === 'ending' ? 'button' : 'button primary';
  return html`<p class="actions"><a class="${look}" href="${url}">${label}</a></p>`;
}
