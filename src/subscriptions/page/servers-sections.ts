import type { PageServer } from '../page-answer.ts';
import { copyButton, rows } from './connect-section.ts';
import { html, type Html } from './html.ts';
import type { PageView } from './view.ts';

/** More than that at once is no overview. */
const namesAtOnce = 12;

/** What names and links may take of the 50 kB that a page has, in bytes. What is beyond it is in a file. */
const room = { names: 4_000, links: 16_000, telegram: 2_000 };

/** What markup around a name, and around a link, takes. */
const around = { name: 25, link: 210 };

export function serversSections(view: PageView): Html {
  const vpn = view.servers.filter(({ isVpn }) => isVpn);
  const telegram = view.servers.filter(({ isVpn }) => !isVpn);
  return html`${vpn.length > 0 && namesSection(view, vpn)}${telegram.length > 0 && telegramSection(view, telegram)}${
    vpn.length > 0 && linksSection(view, vpn)
  }`;
}

function namesSection(view: PageView, servers: readonly PageServer[]): Html {
  const { say } = view;
  const shown = within(room.names, servers, ({ name }) => sizeOf(name) + around.name);
  const [first, rest] = [shown.slice(0, namesAtOnce), shown.slice(namesAtOnce)];
  const hidden = servers.length - shown.length;
  return html`<section>
    <h2>${say.servers.title}</h2>
    ${delivery(view, servers.length)}${names(first)}${
      rest.length > 0 &&
      html`<details>
        <summary>${say.servers.more(rest.length)}</summary>
        ${names(rest)}
      </details>`
    }${hidden > 0 && html`<p>${say.links.more(hidden)}</p>`}
  </section>`;
}

function delivery({ document, say }: PageView, entries: number): Html {
  if (document.delivery === undefined) return html``;
  const { ready, total } = document.delivery;
  const { some, all, part, entries: listed } = say.servers;
  // None is wanted once all panels are gone; what they gave is listed until somebody decides otherwise.
  const words = !total ? some(ready) : ready < total ? part(ready, total) : all(total);
  return html`<p>${words}</p>
    ${entries > ready && html`<p class="muted">${listed(entries)}</p>`}`;
}

function names(servers: readonly PageServer[]): Html {
  return html`<ul class="names">
    ${servers.map(({ name }) => html`<li><bdi>${name}</bdi></li>`)}
  </ul>`;
}

function telegramSection({ say }: PageView, proxies: readonly PageServer[]): Html {
  const { title, hint, open, more } = say.telegram;
  const shown = within(room.telegram, proxies, sizeOfEntry);
  const hidden = proxies.length - shown.length;
  const items = shown.map(
    ({ name, link }) =>
      html`<li>
        <b><bdi>${name}</bdi></b
        ><a class="button" href="${link}" aria-label="${open}: ${name}">${open}</a>
      </li>`,
  );
  return html`<section>
    <h2>${title}</h2>
    <p class="muted">${hint}</p>
    ${rows(items)}${hidden > 0 && html`<p>${more(hidden)}</p>`}
  </section>`;
}

function linksSection(view: PageView, servers: readonly PageServer[]): Html {
  const { say, address } = view;
  const shown = within(room.links, servers, sizeOfEntry);
  const items = shown.map(({ name, link }, at) => {
    const id = `link-${at}`;
    return html`<li>
      <b><bdi>${name}</bdi></b
      >${copyButton(view, id)}<code id="${id}" tabindex="0">${link}</code>
    </li>`;
  });
  const hidden = servers.length - shown.length;
  return html`<section>
    <details>
      <summary>${say.links.title}</summary>
      <p class="muted">${say.links.hint}</p>
      ${rows(items)}${hidden > 0 && html`<p>${say.links.more(hidden)}</p>`}
      <p><a class="button" href="${address}/plain" download>${say.links.file}</a></p>
    </details>
  </section>`;
}

function sizeOfEntry({ name, link }: PageServer): number {
  return sizeOf(name) + sizeOf(link) + around.link;
}

/** As it stands in the page: `&` and its like take more than one. */
function sizeOf(text: string): number {
  return Buffer.byteLength(html`${text}`.toString());
}

/** The first ones that fit. */
function within<Item>(bytes: number, items: readonly Item[], size: (item: Item) => number): readonly Item[] {
  let taken = 0;
  const past = items.findIndex((item) => (taken += size(item)) > bytes);
  return past === -1 ? items : items.slice(0, past);
}
