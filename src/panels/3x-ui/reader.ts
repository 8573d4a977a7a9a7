import type { CallOptions } from '../driver.ts';
import { PanelError } from '../errors.ts';
import type { Dialect } from './dialect.ts';
import { sortOut, type Holdings } from './holdings.ts';
import type { Session } from './session.ts';
import { parseInboundRow, parseSnapshot, Snapshot } from './snapshot.ts';

const api = 'panel/api/inbounds';

/** Up to this many inbounds are read back one by one; beyond, the whole list costs less. */
const fewInbounds = 2;

/** @throws PanelError PANEL_NONSENSE when it is no list of inbounds */
export function readSnapshot(rows: unknown, panel: string, dialect: Dialect): Snapshot {
  const snapshot = parseSnapshot(rows, dialect.flow);
  if (snapshot !== undefined) return snapshot;
  throw new PanelError('PANEL_NONSENSE', `panel ${panel} lists its inbounds in a form that 3x-ui does not use`, {
    retry: 'later',
  });
}

/** Reads every client of every inbound. */
export async function readHoldings(
  session: Session,
  dialect: Dialect,
  installationId: string,
  { signal }: CallOptions,
): Promise<Holdings> {
  const rows = await session.read(`${api}/list`, { signal });
  return sortOut(readSnapshot(rows, session.name, dialect), installationId);
}

/** Reads again what was written to: the touched inbounds alone if they are few. */
export async function readBack(
  session: Session,
  dialect: Dialect,
  before: Holdings,
  touched: ReadonlySet<number>,
  options: CallOptions,
): Promise<Holdings> {
  const { snapshot, installationId } = before;
  if (touched.size > fewInbounds || touched.size >= snapshot.inbounds.length) {
    return readHoldings(session, dialect, installationId, options);
  }
  const fresh = new Map(snapshot.byId);
  for (const id of touched) {
    const answer = await session.ask(`${api}/get/${String(id)}`, options);
    const row = answer.success ? parseInboundRow(answer.obj, dialect.flow) : undefined;
    // It is gone, or it answers strangely: the list tells.
    if (row?.id !== id) return readHoldings(session, dialect, installationId, options);
    fresh.set(id, row);
  }
  return sortOut(new Snapshot([...fresh.values()]), installationId);
}
