import { hash } from 'node:crypto';

import { type Answer, htmlAnswer } from './answer.ts';
import { appLinks } from './app-links.ts';
import { type Language, languages, texts } from './languages.ts';

const style =
  ':root{color-scheme:light dark;font:17px/1.5 system-ui,sans-serif}body{max-width:26rem;margin:18vh auto 0;padding:0 1.25rem;text-align:center}h1{font-size:1.4rem}a{display:block;margin:2rem 0;padding:.9rem;border-radius:.8rem;background:#4f46d8;color:#fff;text-decoration:none;font-weight:600}small{opacity:.75}';
// The page alone knows under which address the customer reached us: behind a proxy the service does not.
const script =
  "const a=document.querySelector('a'),u=location.origin+location.pathname;a.href=a.dataset.link.replace('{}',u).replace('{%}',encodeURIComponent(u)).replace('{64}',btoa(u));location.href=a.href";

const policy = [
  "default-src 'none'",
  `style-src 'sha256-${hash('sha256', style, 'base64')}'`,
  `script-src 'sha256-${hash('sha256', script, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Ready-made: what the page says depends on the app and the language alone, and tells nothing of the customer. */
const pages: ReadonlyMap<string, Answer> = new Map(
  Object.entries(appLinks).flatMap(([id, app]) =>
    languages.map((language) => [`${id} ${language}`, pageOf(app, language)] as const),
  ),
);

/**
 * The page that hands a subscription to an app: Telegram and other messengers refuse links with an app's own scheme.
 *
 * @returns undefined for an app that takes none
 */
export function openAppPage(app: string, language: Language): Answer | undefined {
  return pages.get(`${app} ${language}`);
}

function pageOf({ name, link }: { readonly name: string; readonly link: string }, language: Language): Answer {
  const { title, doing, otherwise } = texts[language].openApp;
  const body = `<!doctype html><html lang="${language}"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${title(name)}</title><style>${style}</style><h1>${title(name)}</h1><p>${doing(name)}</p><a data-link="${link}" href="#">${title(name)}</a><p><small>${otherwise(name)}</small></p><script>${script}</script></html>\n`;
  return htmlAnswer(200, body, policy);
}
