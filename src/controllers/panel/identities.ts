interface Member {
  readonly key: string;
  readonly createdAt: string;
}

/** Which VPNPanels stand for the same panel. The oldest resource owns it; the others must not write. */
export class PanelIdentities {
  readonly #members = new Map<string, Map<string, Member>>();
  readonly #identityOf = new Map<string, string>();

  /** @param createdAt RFC 3339, so that text order is time order */
  join(key: string, identity: string, createdAt: string): void {
    if (this.#identityOf.get(key) === identity) return;
    this.leave(key);
    this.#identityOf.set(key, identity);
    const members = this.#members.get(identity) ?? new Map<string, Member>();
    members.set(key, { key, createdAt });
    this.#members.set(identity, members);
  }

  leave(key: string): void {
    const identity = this.#identityOf.get(key);
    if (identity === undefined) return;
    this.#identityOf.delete(key);
    const members = this.#members.get(identity);
    members?.delete(key);
    if (members?.size === 0) this.#members.delete(identity);
  }

  /** Key of the VPNPanel that may write to the panel; undefined for an identity that nobody has joined with. */
  ownerOf(identity: string): string | undefined {
    const members = [...(this.#members.get(identity)?.values() ?? [])];
    members.sort((a, b) => (a.createdAt === b.createdAt ? compare(a.key, b.key) : compare(a.createdAt, b.createdAt)));
    return members[0]?.key;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : 1;
}
