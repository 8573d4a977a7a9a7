export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped?: number;
}

/** The last line of `npm test` and `npm run check`; other programs read it. */
export function tallyLine({ passed, failed, skipped = 0 }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
