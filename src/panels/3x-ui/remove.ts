import type { RemoveResult } from '../driver.ts';
import { PanelError } from '../errors.ts';
import { conflict } from './desired.ts';
import { emailOn } from './dialect.ts';
import type { Holdings, OwnClient } from './holdings.ts';
import { readMark } from './mark.ts';
import type { Panel } from './panel.ts';
import { runRounds, type Item } from './rounds.ts';

export interface Removal {
  readonly email: string;
  readonly subscriptionId: string;
}

interface RemoveItem extends Item {
  readonly removal: Removal;
  /** Looked for beyond the inbounds and not found. */
  provenAbsent: boolean;
}

/** Disables, deletes and reads back. Only what carries our mark for that very subscription. */
export async function removeClients(
  panel: Panel,
  batch: readonly Removal[],
  before: Holdings,
): Promise<readonly RemoveResult[]> {
  const { editor } = panel;
  const items = batch.map((removal): RemoveItem => {
    const fault = foreignUnder(removal, before, panel);
    return { removal, provenAbsent: false, changed: false, fault, hopeless: fault !== undefined };
  });
  const holder = ({ removal }: RemoveItem, { own }: Holdings): OwnClient | undefined => own.get(removal.email);
  const isMet = (item: RemoveItem, holdings: Holdings): boolean =>
    holder(item, holdings) === undefined && item.provenAbsent;
  const after = await runRounds({
    items,
    holdings: before,
    isMet,
    async many(unmet, holdings, turn) {
      await editor.removeMany(
        unmet.flatMap((item) => holder(item, holdings) ?? []),
        holdings,
        turn,
      );
    },
    async one(item, holdings, turn) {
      const client = holder(item, holdings);
      if (client !== undefined) await editor.removeOne(client, holdings, turn);
      const { email, subscriptionId } = item.removal;
      const record = await editor.findRecord(email, turn);
      item.provenAbsent = record === undefined;
      if (record === undefined || client !== undefined) return;
      const owner = readMark(record.comment, holdings.installationId);
      if (owner.kind !== 'ours' || owner.subscriptionId !== subscriptionId) throw notOurs(email, panel.name);
      await editor.removeRecord(email, turn);
      item.provenAbsent = (await editor.findRecord(email, turn)) === undefined;
    },
    newTurn: panel.newTurn,
    readBack: panel.readBack,
  });
  return items.map((item): RemoveResult => {
    const { removal, changed, fault } = item;
    if (!item.hopeless && isMet(item, after)) return { email: removal.email, outcome: 'absent', changed };
    return { email: removal.email, outcome: 'failed', error: fault ?? stillThere(removal.email, panel.name) };
  });
}

function foreignUnder(
  { email, subscriptionId }: Removal,
  { own, byEmail, snapshot }: Holdings,
  panel: Panel,
): PanelError | undefined {
  const client = own.get(email);
  if (client !== undefined) return client.subscriptionId === subscriptionId ? undefined : notOurs(email, panel.name);
  const names = snapshot.inbounds.map(({ id }) => emailOn(panel.context.dialect, email, id));
  return names.some((name) => byEmail.has(name)) ? notOurs(email, panel.name) : undefined;
}

function notOurs(email: string, panel: string): PanelError {
  return conflict(
    `client ${email} of panel ${panel} does not carry our mark for its subscription, so it is left alone`,
  );
}

function stillThere(email: string, panel: string): PanelError {
  return new PanelError('PANEL_NOT_CONFIRMED', `client ${email} is still on panel ${panel} after deleting it`, {
    retry: 'later',
  });
}
