/**
 * Draws what a bank shows after a transfer, so that nobody needs a picture at hand: of as much, and to that card, as the
 * bot last asked for.
 *
 * @param {any} chat as the simulator describes it
 * @returns {string} a PNG in base64
 */
export function drawReceipt({ person, messages }) {
  const asked = messages.findLast(({ from, text }) => from === 'bot' && CARD.test(text));
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 900;
  const pen = canvas.getContext('2d');
  fill(pen, '#eceff6', 0, 0, 640, 900, 0);
  fill(pen, '#ffffff', 40, 40, 560, 820, 28);
  fill(pen, '#1f9d6b', 270, 90, 100, 100, 50);
  pen.strokeStyle = '#ffffff';
  pen.lineWidth = 10;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.beginPath();
  pen.moveTo(296, 142);
  pen.lineTo(314, 160);
  pen.lineTo(346, 122);
  pen.stroke();
  write(pen, 'Transfer completed', 320, 250, '600 34px system-ui', '#1b1d24', 'center');
  write(pen, amountIn(asked) ?? '199.00', 320, 330, '700 64px system-ui', '#1b1d24', 'center');
  const now = new Date();
  const lines = [
    ['Date', now.toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })],
    ['From', person.firstName],
    ['To card', `•••• ${CARD.exec(asked?.text ?? '')?.[1] ?? '4242'}`],
    ['Reference', String(now.getTime()).slice(-8)],
  ];
  for (const [index, [label, value]] of lines.entries()) {
    const y = 440 + index * 78;
    write(pen, label, 90, y, '26px system-ui', '#7b8190', 'left');
    write(pen, value, 550, y, '600 26px system-ui', '#1b1d24', 'right');
    fill(pen, '#eceff6', 90, y + 28, 460, 2, 0);
  }
  write(pen, 'Sample receipt of a simulated bank', 320, 815, '22px system-ui', '#a0a5b1', 'center');
  return canvas.toDataURL('image/png').split(',')[1];
}

/** The last digits of a card's number. */
const CARD = /(?:\d[ -]?){12}(\d{4})\b/;

/** What stands out in the message. */
function amountIn(message) {
  const bold = message?.entities.find(({ type }) => type === 'bold');
  return bold && message.text.slice(bold.offset, bold.offset + bold.length);
}

function fill(pen, colour, x, y, width, height, radius) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.roundRect(x, y, width, height, radius);
  pen.fill();
}

function write(pen, text, x, y, font, colour, align) {
  pen.font = font;
  pen.fillStyle = colour;
  pen.textAlign = align;
  pen.fillText(text, x, y);
}
