/**
 * The beginning of a text, at most `length` UTF-16 units of it, which is how Telegram counts. Half an emoji at the end is
 * left out: Telegram refuses a message with one, or shows a box.
 */
export function cutText(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
}
