import { logicalEmail } from './dialect.ts';
import { readMark } from './mark.ts';
import type { ClientEntry, Snapshot } from './snapshot.ts';

/** A client of ours with all its entries, however many inbounds and e-mails it is spread over. */
export interface OwnClient {
  readonly email: string;
  readonly subscriptionId: string;
  readonly entries: readonly ClientEntry[];
}

/** Who holds what on a panel. */
export interface Holdings {
  readonly installationId: string;
  readonly snapshot: Snapshot;
  readonly own: ReadonlyMap<string, OwnClient>;
  /** Clients (e-mails) without our installation's mark. */
  readonly foreign: number;
  /** By lower-case e-mail as the panel has it: the panel compares without case. */
  readonly byEmail: ReadonlyMap<string, readonly ClientEntry[]>;
  readonly byUuid: ReadonlyMap<string, readonly ClientEntry[]>;
}

export function sortOut(snapshot: Snapshot, installationId: string): Holdings {
  const own = new Map<string, { email: string; subscriptionId: string; entries: ClientEntry[] }>();
  const foreign = new Set<string>();
  const byEmail = new Map<string, ClientEntry[]>();
  const byUuid = new Map<string, ClientEntry[]>();
  for (const entry of snapshot.entries()) {
    append(byEmail, entry.email.toLowerCase(), entry);
    if (entry.uuid !== '') append(byUuid, entry.uuid, entry);
    const owner = readMark(entry.comment, installationId);
    if (owner.kind === 'placeholder') continue;
    if (owner.kind !== 'ours') {
      foreign.add(entry.email.toLowerCase());
      continue;
    }
    const email = logicalEmail(entry.email);
    const client = own.get(email);
    if (client === undefined) own.set(email, { email, subscriptionId: owner.subscriptionId, entries: [entry] });
    else client.entries.push(entry);
  }
  return { installationId, snapshot, own, foreign: foreign.size, byEmail, byUuid };
}

function append(map: Map<string, ClientEntry[]>, key: string, entry: ClientEntry): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [entry]);
  else known.push(entry);
}
