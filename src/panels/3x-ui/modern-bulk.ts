import { toWire } from './desired.ts';
import type { Unmet, Unwanted } from './editor.ts';
import type { Holdings } from './holdings.ts';
import type { Turn } from './turn.ts';

const api = 'panel/api/clients';

/** Below this many, single calls cost less than a bulk call and the reading that must follow it. */
const worthwhile = 3;

/**
 * The bulk calls of v3.2.0 and later: one rewrite of each inbound instead of one per client (1.6 ms against up to 261).
 * They report per client, but reading back tells more; whatever they lose, such as the flow after an attach, is mended
 * one by one afterwards.
 */
export async function ensureInBulk(unmet: readonly Unmet[], holdings: Holdings, turn: Turn): Promise<void> {
  const { dialect } = turn.context;
  if (!dialect.hasBulk) return;
  await create(unmet, holdings, turn);
  const standing = unmet.filter(({ desired }) => isPlain(desired.email, holdings));
  await move(standing, holdings, turn, 'bulkAttach');
  await move(standing, holdings, turn, 'bulkDetach');
  if (dialect.hasBulkToggle) await toggle(standing, holdings, turn);
}

export async function removeInBulk(unwanted: readonly Unwanted[], holdings: Holdings, turn: Turn): Promise<void> {
  const { dialect } = turn.context;
  const plain = unwanted.filter(({ email, entries }) => isPlain(email, holdings) && !sharesUuid(entries, holdings));
  if (!dialect.hasBulk || plain.length < worthwhile) return;
  const emails = plain.map(({ email }) => email);
  const ids = new Set(plain.flatMap(({ entries }) => entries.map(({ inboundId }) => inboundId)));
  // Access ends with this call even if the next one is never made.
  if (dialect.hasBulkToggle) await turn.must(`${api}/bulkDisable`, { emails }, ids, 'disable clients');
  await turn.must(`${api}/bulkDel`, { emails }, ids, 'delete clients');
}

/** Standing under its own e-mail only, not under those that an upgrade from v2 leaves. */
function isPlain(email: string, { own }: Holdings): boolean {
  const client = own.get(email);
  return client !== undefined && client.entries.every((entry) => entry.email === email);
}

function sharesUuid(entries: Unwanted['entries'], { byUuid }: Holdings): boolean {
  return entries.some(({ uuid, email }) => byUuid.get(uuid)?.some((other) => other.email !== email));
}

async function create(unmet: readonly Unmet[], { own }: Holdings, turn: Turn): Promise<void> {
  const { dialect } = turn.context;
  // Versions that do not fit the flow to each inbound get mixed clients one by one.
  const fresh = unmet.filter(
    ({ desired, inbounds }) =>
      !own.has(desired.email) && (dialect.fitsFlow || new Set(inbounds.map(({ flow }) => flow)).size === 1),
  );
  if (fresh.length < worthwhile) return;
  const body = fresh.map(({ desired, inbounds }) => ({
    client: toWire(desired, desired.email, inbounds.find(({ flow }) => flow !== '')?.flow ?? '', turn.context),
    inboundIds: inbounds.map(({ id }) => id),
  }));
  await turn.must(`${api}/bulkCreate`, body, new Set(body.flatMap(({ inboundIds }) => inboundIds)), 'create clients');
  const off = fresh.filter(({ desired }) => !desired.enabled).map(({ desired }) => desired.email);
  // Creating ignores `enable: false`.
  if (dialect.hasBulkToggle && off.length > 0)
    await turn.must(`${api}/bulkDisable`, { emails: off }, [], 'disable clients');
}

async function move(
  unmet: readonly Unmet[],
  { own }: Holdings,
  turn: Turn,
  call: 'bulkAttach' | 'bulkDetach',
): Promise<void> {
  if (!turn.context.dialect.fitsFlow) return;
  const groups = new Map<string, { readonly inboundIds: readonly number[]; readonly emails: string[] }>();
  for (const { desired, inbounds } of unmet) {
    const wanted = new Set(inbounds.map(({ id }) => id));
    const held = new Set(own.get(desired.email)?.entries.map(({ inboundId }) => inboundId));
    const inboundIds =
      call === 'bulkAttach' ? [...wanted].filter((id) => !held.has(id)) : [...held].filter((id) => !wanted.has(id));
    if (inboundIds.length === 0) continue;
    const key = inboundIds.toSorted((a, b) => a - b).join();
    const group = groups.get(key) ?? { inboundIds, emails: [] };
    group.emails.push(desired.email);
    groups.set(key, group);
  }
  for (const { inboundIds, emails } of groups.values()) {
    if (emails.length >= worthwhile)
      await turn.must(`${api}/${call}`, { emails, inboundIds }, inboundIds, 'move clients');
  }
}

async function toggle(unmet: readonly Unmet[], { own }: Holdings, turn: Turn): Promise<void> {
  for (const enabled of [false, true]) {
    const wrong = unmet.filter(
      ({ desired }) =>
        desired.enabled === enabled && own.get(desired.email)?.entries.some((entry) => entry.enabled !== enabled),
    );
    if (wrong.length < worthwhile) continue;
    const emails = wrong.map(({ desired }) => desired.email);
    const ids = new Set(
      wrong.flatMap(({ desired }) => own.get(desired.email)?.entries.map(({ inboundId }) => inboundId) ?? []),
    );
    await turn.must(
      `${api}/${enabled ? 'bulkEnable' : 'bulkDisable'}`,
      { emails },
      ids,
      enabled ? 'enable clients' : 'disable clients',
    );
  }
}
