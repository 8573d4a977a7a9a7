/** Modules of white around the code. The standard asks for 4; scanners need 2 on a white that we paint ourselves. */
const quietZone = 2;

/**
 * A QR code of half-block characters, two rows to a line, in black on painted white, so that it scans on dark and on light
 * terminals alike.
 */
export async function renderQr(text: string): Promise<string> {
  const { default: qrcode } = await import('qrcode');
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'L' });
  const isDark = (row: number, column: number): boolean =>
    Math.min(row, column) >= 0 && Math.max(row, column) < modules.size && modules.get(row, column) === 1;
  const lines: string[] = [];
  for (let row = -quietZone; row < modules.size + quietZone; row += 2) {
    let line = '';
    for (let column = -quietZone; column < modules.size + quietZone; column += 1) {
      line += halfBlock(isDark(row, column), isDark(row + 1, column));
    }
    lines.push(`\u001b[30;107m${line}\u001b[0m`);
  }
  return lines.join('\n');
}

function halfBlock(upper: boolean, lower: boolean): string {
  if (upper) return lower ? '█' : '▀';
  return lower ? '▄' : ' ';
}
