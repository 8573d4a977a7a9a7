import { nextMonthMs } from '../profile-headers.ts';
import type { CountedDevice } from '../source.ts';
import { rows } from './connect-section.ts';
import { html, type Html } from './html.ts';
import type { PageView } from './view.ts';

/** From here on the bar warns. */
const nearlyUsed = 0.8;

/** A limit can be a thousand; the bot lists more of them. */
const mostDevices = 12;

export function trafficSection(view: PageView): Html {
  const { document, say, format } = view;
  const { uploadBytes, downloadBytes, limitBytes } = document.usage;
  const used = uploadBytes + downloadBytes;
  const { title, used: ofLimit, unlimited } = say.traffic;
  if (limitBytes === undefined) {
    return html`<section>
      <h2>${title}</h2>
      <p class="amount">${unlimited(format.size(used))}</p>
    </section>`;
  }
  const part = Math.min(1, used / limitBytes);
  return html`<section>
    <h2>${title}</h2>
    <p class="amount">${ofLimit(format.size(used), format.size(limitBytes))}</p>
    ${bar(part)}
    <p class="muted">${remarks(view, limitBytes - used)}</p>
  </section>`;
}

function bar(part: number): Html {
  const tone = part >= 1 ? 'bar bad' : part >= nearlyUsed ? 'bar warn' : 'bar';
  // What it shows is said in words beside it. Not by a style attribute, which the policy forbids.
  return html`<svg class="${tone}" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
    <rect width="${(part * 100).toFixed(1)}" height="1" />
  </svg>`;
}

function remarks({ document, say, format, nowMs }: PageView, leftBytes: number): string {
  const { left, monthly, renewal } = say.traffic;
  const reset = {
    Monthly: () => monthly(format.day(nextMonthMs(nowMs))),
    Renewal: () => renewal,
    Never: () => '',
  }[document.trafficReset ?? 'Never']();
  return [left(format.size(Math.max(0, leftBytes))), reset].filter((one) => one !== '').join(' · ');
}

/** Those that have a place, with a form for each that takes it away: no script, and asked once more. */
export function devicesSection(view: PageView): Html {
  const { document, say } = view;
  if (document.devices === undefined) return html``;
  const { limit, known } = document.devices;
  const { title, none, hint, more } = say.devices;
  const latest = known.toSorted((a, b) => b.lastSeenMs - a.lastSeenMs);
  const shown = latest.slice(0, mostDevices).map((device, at) => deviceRow(view, device, at));
  const hidden = latest.length - shown.length;
  return html`<section>
    <h2>${title(known.length, limit)}</h2>
    ${
      shown.length === 0
        ? html`<p>${none}</p>`
        : html`${rows(shown)}${hidden > 0 && html`<p>${more(hidden)}</p>`}
            <p class="muted">${hint}</p>`
    }
  </section>`;
}

function deviceRow({ say, format, address }: PageView, { id, model, os, lastSeenMs }: CountedDevice, at: number): Html {
  const { unnamed, seen, remove, removeYes } = say.devices;
  const name = [model, os].filter((part) => part !== '').join(', ') || unnamed;
  const action = `${address}/devices/${encodeURIComponent(id)}/remove`;
  const nameId = `device-${at}`;
  return html`<li>
    <span>
      <b id="${nameId}"><bdi>${name}</bdi></b
      ><br />
      <span class="muted">${seen(format.day(lastSeenMs))}</span>
    </span>
    <details class="remove">
      <summary aria-describedby="${nameId}">${remove}</summary>
      <form method="post" action="${action}">
        <button class="danger" aria-describedby="${nameId}">${removeYes}</button>
      </form>
    </details>
  </li>`;
}
