import qrcode from 'qrcode';
import { expect, it } from 'vitest';

import { address } from '../../../test/support/page-input.ts';
import { qrCode } from './qr-code.ts';

it('a QR code has each dark module where it belongs, inside a white frame', () => {
  const { modules } = qrcode.create(address, { errorCorrectionLevel: 'M' });
  const svg = qrCode(address, 'Your "link"').toString();
  expect(svg).toContain('aria-label="Your &quot;link&quot;"');
  const side = modules.size + 4;
  expect(svg).toContain(`viewBox="-2 -2 ${side} ${side}"`);
  const drawn = new Set<string>();
  for (const [, column, row, length, end] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1H(\d+)z/g)) {
    expect(end).toBe(column);
    for (let at = 0; at < Number(length); at += 1) drawn.add(`${Number(column) + at} ${row ?? ''}`);
  }
  for (let row = 0; row < modules.size; row += 1) {
    for (let column = 0; column < modules.size; column += 1) {
      expect(drawn.has(`${column} ${row}`)).toBe(modules.get(row, column) === 1);
    }
  }
});
