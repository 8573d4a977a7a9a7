import type { PageInput, Pages } from '../page-answer.ts';
import { showsServers } from '../standing.ts';
import { connectSections } from './connect-section.ts';
import { createFormatting } from './formatting.ts';
import { Html, html, linkable } from './html.ts';
import { platformOf } from './platform.ts';
import { contentSecurityPolicy } from './policy.ts';
import { script } from './script.ts';
import { serversSections } from './servers-sections.ts';
import { stateSection } from './state-section.ts';
import { style } from './style.ts';
import { devicesSection, trafficSection } from './usage-sections.ts';
import { type PageView, viewOf } from './view.ts';

/** A part of the page, so that no browser asks for one. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect width='32' height='32' rx='8' fill='%234f46d8'/%3E%3Cpath d='M16 6l8 3v7c0 5-3.4 8.6-8 10-4.6-1.4-8-5-8-10V9z' fill='%23fff'/%3E%3C/svg%3E";

const head = new Html(
  `<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex,nofollow"><meta name="format-detection" content="telephone=no"><link rel="icon" href="${icon}"><style>${style}</style>`,
);

const copying = new Html(`<script>${script}</script>`);

/** Makes customers' pages. What they have in common is made once. */
export function createPages(): Pages {
  const formatting = createFormatting();
  return {
    platformOf,
    renderPage(input: PageInput) {
      const view = viewOf(input, formatting(input.language, input.profile.timeZone));
      return { html: pageOf(view).toString(), contentSecurityPolicy };
    },
  };
}

function pageOf(view: PageView): Html {
  const { language, profile, standing } = view;
  const isListed = showsServers(standing);
  const detail = isListed && html`<div>${trafficSection(view)}${devicesSection(view)}${serversSections(view)}</div>`;
  return html`<!doctype html>
    <html lang="${language}">
      <head>
        ${head}
        <title>${profile.title}</title>
      </head>
      <body>
        <div class="${isListed ? 'page' : 'page narrow'}">
          <header>
            <h1><bdi>${profile.title}</bdi></h1>
          </header>
          <main>
            <div>${announcement(view)}${stateSection(view)}${connectSections(view)}</div>
            ${detail}
          </main>
          ${footer(view)}
        </div>
        ${copying}
      </body>
    </html>`;
}

function announcement({ profile, say }: PageView): Html | undefined {
  if (profile.announce === undefined) return undefined;
  const url = linkable(profile.announceUrl);
  return html`<section class="announce">
    <p>${profile.announce}${url !== undefined && html` <a href="${url}">${say.announceMore}</a>`}</p>
  </section>`;
}

function footer({ profile, say }: PageView): Html {
  const support = linkable(profile.supportUrl);
  const website = linkable(profile.webPageUrl);
  const bot = linkable(profile.botUrl);
  return html`<footer>
    <p id="said" role="status" class="said"></p>
    ${bot !== undefined && html`<a href="${bot}">${say.openBot}</a>`}${support !== undefined && html`<a href="${support}">${say.support}</a>`}${website !== undefined && html`<a href="${website}">${say.website}</a>`}
  </footer>`;
}
