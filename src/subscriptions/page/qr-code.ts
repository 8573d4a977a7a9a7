import qrcode from 'qrcode';

import { html, type Html } from './html.ts';

/** Modules of white around the code. The standard asks for 4; scanners need 2 on a white that we paint ourselves. */
const quietZone = 2;

/** A QR code as part of a page: one path, white painted beneath it, so that it scans in the dark as well. */
export function qrCode(text: string, label: string): Html {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'M' });
  const { size } = modules;
  let path = '';
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (modules.get(row, column) === 0) continue;
      let end = column + 1;
      while (end < size && modules.get(row, end) === 1) end += 1;
      path += `M${column} ${row}h${end - column}v1H${column}z`;
      column = end;
    }
  }
  const side = size + 2 * quietZone;
  return html`<svg
    class="qr"
    role="img"
    aria-label="${label}"
    viewBox="-${quietZone} -${quietZone} ${side} ${side}"
    shape-rendering="crispEdges"
  >
    <path fill="#fff" d="M-${quietZone}-${quietZone}h${side}v${side}h-${side}z" />
    <path d="${path}" />
  </svg>`;
}
