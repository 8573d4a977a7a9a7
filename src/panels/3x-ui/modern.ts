import { conflict, toWire, toWireDisabled, type WireClient } from './desired.ts';
import type { ClientRecord, Editor, Unmet, Unwanted } from './editor.ts';
import { saysNotFound, type Envelope } from './envelope.ts';
import type { Holdings } from './holdings.ts';
import { asList, asObject, asText } from './json.ts';
import { ownershipMark } from './mark.ts';
import { ensureInBulk, removeInBulk } from './modern-bulk.ts';
import type { ClientEntry, InboundRow } from './snapshot.ts';
import type { Turn } from './turn.ts';

const api = 'panel/api/clients';

/** The clients API of v3.1.0 and later: one client, one e-mail, any number of inbounds (panels.md 1.5 and 1.6). */
export const modernEditor: Editor = {
  ensureMany: ensureInBulk,
  removeMany: removeInBulk,
  findRecord,
  removeRecord: deleteClient,

  async ensureOne(unmet, holdings, turn) {
    const own = holdings.own.get(unmet.desired.email);
    if (own === undefined) {
      await create(unmet, turn);
      return;
    }
    const standing = own.entries.filter(({ email }) => email === unmet.desired.email);
    const strays = own.entries.filter(({ email }) => email !== unmet.desired.email);
    if (strays.length > 0) await adopt(unmet, standing, strays, turn);
    else await adjust(unmet, standing, turn);
  },

  async removeOne({ entries }, holdings, turn) {
    for (const [email, own] of groupByEmail(entries)) {
      const [first] = own;
      if (first === undefined) continue;
      await update(
        email,
        toWireDisabled(first),
        own.map(({ inboundId }) => inboundId),
        turn,
      );
      await deleteClient(email, turn, own);
    }
    await reviveSharers(entries, holdings, turn);
  },
};

function groupByEmail(entries: readonly ClientEntry[]): ReadonlyMap<string, readonly ClientEntry[]> {
  return Map.groupBy(entries, ({ email }) => email);
}

const visionOf = (inbounds: readonly InboundRow[]): string => inbounds.find(({ flow }) => flow !== '')?.flow ?? '';

async function create(unmet: Unmet, turn: Turn): Promise<void> {
  const { desired, inbounds } = unmet;
  const refused = await add(unmet, turn);
  if (refused !== undefined) {
    // Either somebody else's, or ours without any inbound, which no inbound's settings show.
    const record = await findRecord(desired.email, turn);
    if (record === undefined) throw turn.refusal(`create client ${desired.email}`, refused);
    if (record.comment !== ownershipMark(turn.context.installationId, desired.subscriptionId)) {
      throw conflict(
        `client ${desired.email} of panel ${turn.panel}, which is on no inbound, is not ours: delete it on the panel`,
      );
    }
    await attach(desired.email, inbounds, turn);
    await replace(unmet, undefined, inbounds, turn);
    return;
  }
  // Creating ignores `enable: false`.
  if (!desired.enabled) await replace(unmet, undefined, inbounds, turn);
}

/** @returns the refusal, if it was one */
async function add({ desired, inbounds }: Unmet, turn: Turn): Promise<Envelope | undefined> {
  const { dialect } = turn.context;
  const groups = dialect.fitsFlow ? [inbounds] : [...Map.groupBy(inbounds, ({ flow }) => flow).values()];
  for (const group of groups) {
    const ids = group.map(({ id }) => id);
    const client = toWire(desired, desired.email, visionOf(group), turn.context);
    const answer = await turn.write(`${api}/add`, { client, inboundIds: ids }, ids);
    if (!answer.success) return answer;
  }
  return undefined;
}

/** The difference in inbounds first, then the whole client: attaching loses the flow (panels.md 1.7). */
async function adjust(unmet: Unmet, standing: readonly ClientEntry[], turn: Turn): Promise<void> {
  const { desired, inbounds } = unmet;
  const held = new Set(standing.map(({ inboundId }) => inboundId));
  const wanted = new Set(inbounds.map(({ id }) => id));
  await attach(
    desired.email,
    inbounds.filter(({ id }) => !held.has(id)),
    turn,
  );
  await detach(
    desired.email,
    [...held].filter((id) => !wanted.has(id)),
    turn,
  );
  await replace(unmet, standing[0], inbounds, turn);
}

async function attach(email: string, inbounds: readonly InboundRow[], turn: Turn): Promise<void> {
  if (inbounds.length === 0) return;
  const ids = inbounds.map(({ id }) => id);
  await turn.must(`${api}/${encodeURIComponent(email)}/attach`, { inboundIds: ids }, ids, `attach client ${email}`);
}

async function detach(email: string, ids: readonly number[], turn: Turn): Promise<void> {
  if (ids.length === 0) return;
  await turn.must(`${api}/${encodeURIComponent(email)}/detach`, { inboundIds: ids }, ids, `detach client ${email}`);
}

async function update(email: string, client: WireClient, ids: readonly number[], turn: Turn): Promise<void> {
  await turn.must(`${api}/update/${encodeURIComponent(email)}`, client, ids, `update client ${email}`);
}

/** The full update, from whatever e-mail it has to its own. */
async function replace(
  unmet: Unmet,
  known: ClientEntry | undefined,
  inbounds: readonly InboundRow[],
  turn: Turn,
): Promise<void> {
  const { desired } = unmet;
  const flow = visionOf(inbounds);
  const ids = inbounds.map(({ id }) => id);
  await update(known?.email ?? desired.email, toWire(desired, desired.email, flow, turn.context, known), ids, turn);
  const unfit =
    turn.context.dialect.fitsFlow || !desired.enabled || flow === ''
      ? []
      : inbounds.filter((inbound) => inbound.flow === '');
  if (unfit.length === 0) return;
  // v3.1.0 to v3.2.4 have just given the flow to inbounds that allow none, where it locks the customer out. Only adding
  // anew sets it for some of them.
  await detach(
    desired.email,
    unfit.map(({ id }) => id),
    turn,
  );
  const refused = await add({ desired, inbounds: unfit }, turn);
  if (refused !== undefined) throw turn.refusal(`add client ${desired.email} again`, refused);
}

/**
 * Makes one client of those that an upgrade from v2 leaves: an e-mail per inbound, all with one UUID and one `subId`.
 * Adding is no way: the `subId` is taken. One of them is renamed in place; the others are deleted, each followed at once
 * by attaching ours to that inbound, so that access there is interrupted for two calls and nowhere else.
 */
async function adopt(
  unmet: Unmet,
  standing: readonly ClientEntry[],
  strays: readonly ClientEntry[],
  turn: Turn,
): Promise<void> {
  const { desired, inbounds } = unmet;
  const wanted = new Map(inbounds.map((inbound) => [inbound.id, inbound]));
  const heir = standing[0] ?? strays.find(({ inboundId }) => wanted.has(inboundId)) ?? strays[0];
  if (heir === undefined) return;
  const held = standing.length > 0 ? standing : strays.filter(({ email }) => email === heir.email);
  await update(
    heir.email,
    toWire(desired, desired.email, visionOf(inbounds), turn.context, heir),
    held.map(({ inboundId }) => inboundId),
    turn,
  );
  const on = new Set(held.map(({ inboundId }) => inboundId));
  for (const [email, entries] of groupByEmail(strays)) {
    if (email === heir.email) continue;
    await deleteClient(email, turn, entries);
    const next = entries.flatMap(({ inboundId }) => (on.has(inboundId) ? [] : (wanted.get(inboundId) ?? [])));
    await attach(desired.email, next, turn);
    for (const { id } of next) on.add(id);
  }
  await attach(
    desired.email,
    inbounds.filter(({ id }) => !on.has(id)),
    turn,
  );
  await detach(
    desired.email,
    [...on].filter((id) => !wanted.has(id)),
    turn,
  );
  // Attaching lost the flow, and deleting took the shared UUID out of the running Xray.
  await replace(unmet, undefined, inbounds, turn);
  if (heir.email === desired.email) return;
  // v3.1.0 renames by making another record, and leaves the old one behind on no inbound, with our `subId`.
  const husk = await findRecord(heir.email, turn);
  if (husk?.inboundCount === 0) await deleteClient(heir.email, turn);
}

async function deleteClient(email: string, turn: Turn, entries: readonly ClientEntry[] = []): Promise<void> {
  const answer = await turn.write(
    `${api}/del/${encodeURIComponent(email)}`,
    {},
    entries.map(({ inboundId }) => inboundId),
  );
  if (!answer.success && !/not found/.test(answer.message)) throw turn.refusal(`delete client ${email}`, answer);
}

async function findRecord(email: string, turn: Turn): Promise<ClientRecord | undefined> {
  const answer = await turn.ask(`${api}/get/${encodeURIComponent(email)}`);
  if (saysNotFound(answer)) return undefined;
  if (!answer.success) throw turn.refusal(`tell client ${email}`, answer);
  const found = asObject(answer.obj);
  return {
    comment: asText(asObject(found?.['client'])?.['comment']),
    inboundCount: asList(found?.['inboundIds']).length,
  };
}

/**
 * Deleting a client takes its UUID out of the running Xray, also for whoever else has it. Another client of ours gets it
 * back by an update; somebody else's is not ours to touch.
 */
async function reviveSharers(gone: Unwanted['entries'], { byUuid, own }: Holdings, turn: Turn): Promise<void> {
  const emails = new Set(gone.map(({ email }) => email));
  const ours = new Set([...own.values()].flatMap(({ entries }) => entries));
  const sharers = [...new Set(gone.map(({ uuid }) => uuid))].flatMap((uuid) => byUuid.get(uuid) ?? []);
  for (const entry of new Map(sharers.map((sharer) => [sharer.email, sharer])).values()) {
    if (emails.has(entry.email) || !entry.enabled || !ours.has(entry)) continue;
    await update(entry.email, { ...toWireDisabled(entry), enable: true }, [entry.inboundId], turn);
  }
}
