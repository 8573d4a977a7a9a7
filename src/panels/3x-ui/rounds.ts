import { PanelError, type PanelErrorCode } from '../errors.ts';
import type { Holdings } from './holdings.ts';
import type { Turn } from './turn.ts';

/** One item of a batch on its way to what it must be. */
export interface Item {
  /** Whether a write was tried for it. */
  changed: boolean;
  /** Why the last attempt failed. */
  fault: PanelError | undefined;
  /** It failed for a reason that trying again does not mend. */
  hopeless: boolean;
}

export interface RoundsOptions<T extends Item> {
  readonly items: readonly T[];
  readonly holdings: Holdings;
  readonly isMet: (item: T, holdings: Holdings) => boolean;
  readonly many: (items: readonly T[], holdings: Holdings, turn: Turn) => Promise<void>;
  readonly one: (item: T, holdings: Holdings, turn: Turn) => Promise<void>;
  readonly newTurn: () => Turn;
  readonly readBack: (before: Holdings, touched: ReadonlySet<number>) => Promise<Holdings>;
}

const hopeless = new Set<PanelErrorCode>(['PANEL_OWNERSHIP_CONFLICT', 'PANEL_INBOUND_MISSING', 'PANEL_CLIENT_INVALID']);
/** These concern one item; the next may fare better. Anything else ends the writing. */
const ofOneItem = new Set<PanelErrorCode>([...hopeless, 'PANEL_REFUSED', 'PANEL_UNCERTAIN', 'PANEL_NOT_CONFIRMED']);
/** A panel that leaves this many writes in a row without an answer is left alone until it has been read again. */
const maxUncertain = 2;

/**
 * Writes until everything is met: in bulk, then one by one, then once more one by one. After each round the touched
 * inbounds are read back, because a success proves nothing (lost parallel writes, ignored re-adds, partial creates) and
 * a failure neither (an error 500, a cut connection).
 *
 * @returns the last reading
 */
export async function runRounds<T extends Item>(options: RoundsOptions<T>): Promise<Holdings> {
  let { holdings } = options;
  for (const round of ['many', 'one', 'one'] as const) {
    const unmet = unmetOf(options, holdings);
    if (unmet.length === 0) break;
    const turn = options.newTurn();
    const attempt = round === 'many' ? tryMany : tryEach;
    const halt = await attempt(unmet, holdings, turn, options);
    const reading = turn.writes === 0 ? holdings : await readAfter(holdings, turn, options);
    if (reading instanceof PanelError) {
      // Whatever was written in this round is unknown now, and must not look confirmed by the reading before it.
      for (const item of unmet) if (!item.hopeless) fail(item, reading, true);
      break;
    }
    holdings = reading;
    if (halt === undefined) continue;
    for (const item of unmetOf(options, holdings)) fail(item, halt, true);
    break;
  }
  return holdings;
}

function unmetOf<T extends Item>({ items, isMet }: RoundsOptions<T>, holdings: Holdings): readonly T[] {
  return items.filter((item) => !item.hopeless && !isMet(item, holdings));
}

async function readAfter<T extends Item>(
  before: Holdings,
  turn: Turn,
  { readBack }: RoundsOptions<T>,
): Promise<Holdings | PanelError> {
  try {
    return await readBack(before, turn.touched);
  } catch (thrown) {
    return asPanelError(thrown);
  }
}

async function tryMany<T extends Item>(
  unmet: readonly T[],
  holdings: Holdings,
  turn: Turn,
  { many }: RoundsOptions<T>,
): Promise<PanelError | undefined> {
  try {
    await many(unmet, holdings, turn);
    return undefined;
  } catch (thrown) {
    const error = asPanelError(thrown);
    // One by one it shows whom it concerns.
    return ofOneItem.has(error.code) ? undefined : error;
  } finally {
    if (turn.writes > 0) for (const item of unmet) item.changed = true;
  }
}

async function tryEach<T extends Item>(
  unmet: readonly T[],
  holdings: Holdings,
  turn: Turn,
  { one }: RoundsOptions<T>,
): Promise<PanelError | undefined> {
  let uncertain = 0;
  for (const [at, item] of unmet.entries()) {
    const before = turn.writes;
    try {
      await one(item, holdings, turn);
      item.fault = undefined;
      uncertain = 0;
    } catch (thrown) {
      const error = asPanelError(thrown);
      fail(item, error, hopeless.has(error.code));
      if (!ofOneItem.has(error.code)) return error;
      uncertain = error.code === 'PANEL_UNCERTAIN' ? uncertain + 1 : 0;
    } finally {
      if (turn.writes > before) item.changed = true;
    }
    if (uncertain < maxUncertain) continue;
    for (const waiting of unmet.slice(at + 1)) waiting.fault = item.fault;
    break;
  }
  return undefined;
}

function fail(item: Item, error: PanelError, isHopeless: boolean): void {
  item.fault = error;
  item.hopeless = isHopeless;
}

/** Anything else is a bug of ours, which must not pass for a fault of the panel. */
function asPanelError(thrown: unknown): PanelError {
  if (thrown instanceof PanelError) return thrown;
  throw thrown;
}
