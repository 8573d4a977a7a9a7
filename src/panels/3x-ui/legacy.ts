import { PanelError } from '../errors.ts';
import { toWire, toWireDisabled, type WireClient } from './desired.ts';
import { emailOn } from './dialect.ts';
import type { Editor, Unmet } from './editor.ts';
import type { Holdings } from './holdings.ts';
import { placeholderClient } from './placeholder.ts';
import type { ClientEntry, InboundRow } from './snapshot.ts';
import type { Turn } from './turn.ts';

const api = 'panel/api/inbounds';

/**
 * The client calls of v2.3 to v3.0: each inbound has its own clients, under e-mails that are unique over the whole panel
 * (panels.md 1.10). One call adds many, everything else goes one by one.
 */
export const legacyEditor: Editor = {
  async ensureMany(unmet, holdings, turn) {
    const additions = new Map<number, WireClient[]>();
    for (const item of unmet) {
      for (const { inbound, entry } of positions(item, holdings)) {
        if (entry !== undefined) continue;
        const clients = additions.get(inbound.id) ?? [];
        clients.push(wireFor(item, inbound, undefined, turn));
        additions.set(inbound.id, clients);
      }
    }
    for (const [inboundId, clients] of additions) {
      if (clients.length > 1) await add(inboundId, clients, turn);
    }
  },

  async ensureOne(item, holdings, turn) {
    for (const { inbound, entry } of positions(item, holdings)) {
      if (entry === undefined) {
        await add(inbound.id, [wireFor(item, inbound, undefined, turn)], turn);
        continue;
      }
      const client = wireFor(item, inbound, entry, turn);
      if (!holdsAlready(entry, client)) await update(entry, client, inbound, turn);
    }
    const wanted = new Set(item.inbounds.map(({ id }) => id));
    const own = holdings.own.get(item.desired.email)?.entries ?? [];
    await erase(
      own.filter(({ inboundId }) => !wanted.has(inboundId)),
      holdings,
      turn,
    );
  },

  async removeMany() {
    // No version below v3.1 deletes several clients in one call.
  },

  async removeOne({ entries }, holdings, turn) {
    await erase(entries, holdings, turn);
  },

  async findRecord() {
    return undefined;
  },

  async removeRecord() {
    // A client without an inbound does not exist here.
  },
};

/** Each inbound that is wanted, with the client's entry on it. */
function* positions(
  { desired, inbounds }: Unmet,
  { own }: Holdings,
): Generator<{ inbound: InboundRow; entry: ClientEntry | undefined }> {
  const entries = own.get(desired.email)?.entries ?? [];
  for (const inbound of inbounds) yield { inbound, entry: entries.find(({ inboundId }) => inboundId === inbound.id) };
}

function wireFor({ desired }: Unmet, inbound: InboundRow, known: ClientEntry | undefined, turn: Turn): WireClient {
  return toWire(desired, emailOn(turn.context.dialect, desired.email, inbound.id), inbound.flow, turn.context, known);
}

function holdsAlready(entry: ClientEntry, client: WireClient): boolean {
  return (
    entry.uuid === client.id &&
    entry.email === client.email &&
    entry.subId === client.subId &&
    entry.flow === client.flow &&
    entry.enabled === client.enable &&
    entry.expiryTime === client.expiryTime &&
    entry.totalBytes === client.totalGB &&
    entry.comment === client.comment
  );
}

/** `settings` is a string inside the body: an object is refused. */
function bodyOf(inboundId: number, clients: readonly WireClient[]): object {
  return { id: inboundId, settings: JSON.stringify({ clients }) };
}

async function add(inboundId: number, clients: readonly WireClient[], turn: Turn): Promise<void> {
  const what =
    clients.length === 1 ? `create client ${clients[0]?.email ?? ''}` : `create ${String(clients.length)} clients`;
  await turn.must(`${api}/addClient`, bodyOf(inboundId, clients), [inboundId], what);
}

async function update(entry: ClientEntry, client: WireClient, inbound: InboundRow, turn: Turn): Promise<void> {
  assertAlone(entry, inbound, turn);
  const path = `${api}/updateClient/${encodeURIComponent(entry.uuid)}`;
  await turn.must(path, bodyOf(inbound.id, [client]), [inbound.id], `update client ${entry.email}`);
}

/** These calls find a client by its UUID alone: with two of them they would hit the first, whoever owns it. */
function assertAlone(entry: ClientEntry, inbound: InboundRow, turn: Turn): void {
  const sharer = inbound.entries.find((other) => other.uuid === entry.uuid && other !== entry);
  if (sharer === undefined) return;
  throw new PanelError(
    'PANEL_OWNERSHIP_CONFLICT',
    `client ${entry.email} of panel ${turn.panel} has the same UUID as ${sharer.email} on inbound ${inbound.tag}: delete one of them on the panel`,
    { retry: 'later' },
  );
}

async function erase(entries: readonly ClientEntry[], { snapshot }: Holdings, turn: Turn): Promise<void> {
  for (const entry of entries) {
    const inbound = snapshot.byId.get(entry.inboundId);
    if (inbound === undefined) continue;
    assertAlone(entry, inbound, turn);
    if (entry.enabled) await update(entry, toWireDisabled(entry), inbound, turn);
    await keepFromEmptying(inbound, turn);
    const route = turn.context.dialect.deletesByEmail
      ? `delClientByEmail/${encodeURIComponent(entry.email)}`
      : `delClient/${encodeURIComponent(entry.uuid)}`;
    await turn.must(`${api}/${String(inbound.id)}/${route}`, {}, [inbound.id], `delete client ${entry.email}`);
  }
}

async function keepFromEmptying(inbound: InboundRow, turn: Turn): Promise<void> {
  const placeholder = placeholderClient(turn.context.installationId, inbound.id);
  if (inbound.entries.some(({ email }) => email === placeholder.email)) return;
  const { installationId } = turn.context;
  if (inbound.entries.some(({ comment }) => !comment.startsWith(`wayleave/${installationId}/`))) return;
  // The other removals of this round see the same reading.
  if (!turn.isFirst(placeholder.email)) return;
  const answer = await turn.write(`${api}/addClient`, bodyOf(inbound.id, [placeholder]), [inbound.id]);
  if (!answer.success && !/duplicate email/i.test(answer.message))
    throw turn.refusal('keep the last client from leaving', answer);
}
