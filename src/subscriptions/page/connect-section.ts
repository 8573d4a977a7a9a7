import { appsFor, importLink, knownPlatforms, type PageApp } from './apps.ts';
import { html, type Html } from './html.ts';
import { qrCode } from './qr-code.ts';
import { isUsable, type PageView } from './view.ts';

/** The way into this device's apps and into others: open where it is what the customer came for, else folded. */
export function connectSections(view: PageView): Html {
  const { say, state } = view;
  // An address that ends, or leads to nothing, is not to be spread.
  if (state === 'moved' || state === 'suspended' || state === 'denied' || state === 'preparing') return html``;
  if (isUsable(view)) return html`${thisDevice(view)}${otherDevice(view)}`;
  return html`<details class="fold">
    <summary>${say.connect.collapsed}</summary>
    ${thisDevice(view)}${otherDevice(view)}
  </details>`;
}

function thisDevice(view: PageView): Html {
  const { say, platform, cores, address } = view;
  const [first, ...others] = appsFor(platform, cores);
  return html`<section>
    <h2>${say.connect.title}</h2>
    ${first && easiest(view, first)}${
      others.length > 0 &&
      html`<details>
        <summary>${say.connect.otherApps}</summary>
        ${rows(others.map((app) => appRow(view, app)))}
      </details>`
    }
    <p class="copy">
      <input
        id="address"
        readonly
        aria-label="${say.connect.address}"
        value="${address}"
      />${copyButton(view, 'address')}
    </p>
    <p class="muted">${say.connect.secret}</p>
  </section>`;
}

/** One tap for whoever has the app, two for whoever has not. */
function easiest(view: PageView, app: PageApp): Html {
  const { say, address } = view;
  const link = importLink(app, address);
  const get = html`<a href="${app.site}">${say.connect.get(app.name)}</a>`;
  if (link === undefined) return html`<p>${get}. ${say.connect.byHand}.</p>`;
  return html`<a class="button primary" href="${link}">${say.connect.add(app.name)}</a>
    <p class="muted">${say.connect.notInstalled} ${get}</p>`;
}

function appRow({ say, address }: PageView, app: PageApp): Html {
  const { add, addShort, get, getShort, byHand } = say.connect;
  const link = importLink(app, address);
  return html`<li>
    <b>${app.name}</b><a href="${app.site}" aria-label="${get(app.name)}">${getShort}</a>${
      link === undefined
        ? html`<span class="muted whole">${byHand}</span>`
        : html`<a class="button" href="${link}" aria-label="${add(app.name)}">${addShort}</a>`
    }
  </li>`;
}

/** The code holds the address of this page, so a camera opens the page, and an app takes the subscription. */
function otherDevice({ say, address, cores, platform: own }: PageView): Html {
  const { title, scan, code, apps } = say.elsewhere;
  const perPlatform = knownPlatforms.map((platform) => {
    const links = appsFor(platform, cores).map(({ name, site }) => html`<li><a href="${site}">${name}</a></li>`);
    return html`<h3>${say.platforms[platform]}</h3>
      <ul class="names">
        ${links}
      </ul>`;
  });
  return html`<section>
    <h2>${title}</h2>
    <div class="scan">
      ${qrCode(address, code)}
      <p class="muted">${scan}</p>
    </div>
    <details ${own === 'unknown' && 'open'}>
      <summary>${apps}</summary>
      ${perPlatform}
    </details>
  </section>`;
}

/** @param of the element whose text is copied; hidden until a script can do it */
export function copyButton({ say }: PageView, of: string): Html {
  const { copy, copied } = say.connect;
  return html`<button type="button" hidden data-copy="${of}" data-done="${copied}">${copy}</button>`;
}

export function rows(items: readonly Html[]): Html {
  return html`<ul class="rows">
    ${items}
  </ul>`;
}
