/** Longest message of an item in a list of a status (`status.inbounds[]`, `status.panels[]`), in characters. */
export const SHORT_MESSAGE_LENGTH = 1024;

/** Cuts text that came from elsewhere to what the schema allows; the API server counts code points, so this does too. */
export function clip(text: string, maxLength: number): string {
  // Code units are never fewer than code points.
  if (text.length <= maxLength) {
    return text;
  }
  const points = Array.from(text);
  return points.length <= maxLength ? text : `${points.slice(0, maxLength - 1).join('')}…`;
}
