import qrcode from 'qrcode';
import { describe, expect, it } from 'vitest';
import { renderQr } from './qr.ts';

const url = 'http://127.0.0.1:9080/sub/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

describe('the QR code on a terminal', () => {
  it('shows every module where it belongs, inside a white frame', async () => {
    const { modules } = qrcode.create(url, { errorCorrectionLevel: 'L' });
    const lines = (await renderQr(url)).replaceAll(/\u001b\[[0-9;]*m/g, '').split('\n');
    const dark = lines.flatMap((line) => [
      Array.from(line, (half) => '█▀'.includes(half)),
      Array.from(line, (half) => '█▄'.includes(half)),
    ]);
    expect(dark.every((row) => row.length === modules.size + 4)).toBe(true);
    for (const [row, cells] of dark.entries()) {
      for (const [column, isDark] of cells.entries()) {
        const inside = [row - 2, column - 2].every((at) => at >= 0 && at < modules.size);
        expect(isDark).toBe(inside && modules.get(row - 2, column - 2) === 1);
      }
    }
  });

  it('paints its own background on every line', async () => {
    for (const line of (await renderQr(url)).split('\n')) expect(line).toMatch(/^\u001b\[30;107m.*\u001b\[0m$/);
  });
});
