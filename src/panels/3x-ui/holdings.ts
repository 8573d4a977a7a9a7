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
export class Holdings {
  readonly installationId: string;
  readonly snapshot: Snapshot;
  readonly own: ReadonlyMap<string, OwnClient>;
  /** Clients (e-mails) without our installation's mark. */
  readonly foreign: number;
  #byEmail: ReadonlyMap<string, readonly ClientEntry[]> | undefined;
  #byUuid: ReadonlyMap<string, readonly ClientEntry[]> | undefined;

  constructor(
    installationId: string,
    snapshot: Snapshot,
    { own, foreign }: { readonly own: ReadonlyMap<string, OwnClient>; readonly foreign: number },
  ) {
    this.installationId = installationId;
    this.snapshot = snapshot;
    this.own = own;
    this.foreign = foreign;
  }

  /** By lower-case e-mail as the panel has it: the panel compares without case. Whoever only reads pays nothing for it. */
  get byEmail(): ReadonlyMap<string, readonly ClientEntry[]> {
    return (this.#byEmail ??= Map.groupBy(this.snapshot.entries(), ({ email }) => email.toLowerCase()));
  }

  /** Without those that have none. */
  get byUuid(): ReadonlyMap<string, readonly ClientEntry[]> {
    if (this.#byUuid === undefined) {
      const byUuid = Map.groupBy(this.snapshot.entries(), ({ uuid }) => uuid);
      byUuid.delete('');
      this.#byUuid = byUuid;
    }
    return this.#byUuid;
  }
}

export function sortOut(snapshot: Snapshot, installationId: string): Holdings {
  const own = new Map<string, { email: string; subscriptionId: string; entries: ClientEntry[] }>();
  const foreign = new Set<string>();
  for (const entry of snapshot.entries()) {
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
  return new Holdings(installationId, snapshot, { own, foreign: foreign.size });
}
