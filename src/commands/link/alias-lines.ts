import { tokenOfAddress } from '../../subscriptions/alias-paths.ts';
import { instant } from '../value-kinds.ts';

/** What a line of the file says. */
export interface AliasLine {
  readonly subscription: string;
  /** Of the old address. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly endsAtMs: number | undefined;
}

/**
 * Reads one line: two or three cells between commas, in double quotes where somebody's program writes them.
 *
 * @returns nothing for a line that says nothing: empty, a comment (`#`), or the heading
 * @throws RangeError that says what is wrong with it, and repeats no address
 */
export function readAliasLine(line: string): AliasLine | undefined {
  const text = line.replace(/^\uFEFF/, '').trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const cells = text.split(',').map((cell) => /^"(.*)"$/.exec(cell.trim())?.[1]?.replaceAll('""', '"') ?? cell.trim());
  const [subscription = '', address, end = '', ...more] = cells;
  if (/^subscription$/i.test(subscription)) return undefined;
  if (address === undefined || more.length > 0)
    throw new RangeError('is not "subscription,address" or "subscription,address,end"');
  if (subscription === '') throw new RangeError('names no subscription');
  const token = tokenOfAddress(address);
  if (token === undefined) throw new RangeError('has no address with a token in it');
  return { subscription, token, endsAtMs: end === '' ? undefined : readEnd(end) };
}

function readEnd(end: string): number {
  try {
    return instant(end);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new RangeError(`has an end that ${cause.message}`, { cause });
  }
}
