import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, htmlAnswer, missAnswer } from './answer.ts';
import { appOf, type ClientApp, isSubscriptionApp } from './families.ts';
import { chooseLanguage, type Language, languages, texts } from './languages.ts';
import { wantsPage } from './negotiation.ts';

const policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Ready-made, one for each language. */
const pages = new Map(languages.map((language) => [language, pageOf(language)] as const));

/**
 * What is answered for anything that is not there: a sentence in his language to who reads HTML, to everybody else a line.
 * It hangs on how somebody asks alone, never on what for: unknown, malformed and revoked tokens and every other path get
 * the same bytes.
 */
export function missFor(headers: IncomingHttpHeaders, app: ClientApp = appOf(headers['user-agent'])): Answer {
  if (!wantsPage(headers.accept) || isSubscriptionApp(app)) return missAnswer;
  return pages.get(chooseLanguage({ acceptLanguage: headers['accept-language'] })) ?? missAnswer;
}

function pageOf(language: Language): Answer {
  const sentence = texts[language].unknownAddress;
  const body = `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><meta name="robots" content="noindex"><title>404</title><p>${sentence}</p></html>\n`;
  return htmlAnswer(missAnswer.status, body, policy);
}
