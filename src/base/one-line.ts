/** A text as one line: control characters and breaks become a space, half a character what stands for one. May be empty. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .trim();
}
