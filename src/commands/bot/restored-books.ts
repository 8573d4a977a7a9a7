import { annotations } from '../../api/index.ts';
import type { Lease } from '../../kube/index.ts';
import type { Books } from '../../ledger/index.ts';

/** Why the database is taken for a restored one. */
export interface RestoredBooks {
  /** The same finding is acted on once, so that a person who resumed refunds is not overruled at the next start. */
  readonly cause: string;
  readonly reason: string;
}

/**
 * Whether the books of a shop come from a backup. The Lease of the shop says how far the books went that its last holder
 * saw: a database that ends earlier has lost what came after. A cluster that has never run a shop with payments was made
 * anew, and nobody can say what happened since the backup of its database.
 *
 * @param shopUid of the VPNShop, which another cluster gives anew
 */
export function judgeBooks(lease: Lease | undefined, books: Books, shopUid: string): RestoredBooks | undefined {
  if (lease === undefined) {
    if (books.isEmpty) return undefined;
    const reason = 'this cluster has never run the shop, and its books hold payments: they are from a backup';
    return { cause: `new-cluster:${shopUid}`, reason };
  }
  const seenUntil = lease.metadata.annotations?.[annotations.booksUntil];
  const seenUntilMs = Date.parse(seenUntil ?? '');
  if (seenUntil === undefined || Number.isNaN(seenUntilMs)) return undefined;
  if (books.untilMs !== undefined && books.untilMs >= seenUntilMs) return undefined;
  const now = books.untilMs === undefined ? 'are empty' : `end at ${new Date(books.untilMs).toISOString()}`;
  return {
    cause: `restored:${seenUntil}`,
    reason: `the books of the shop went up to ${seenUntil} and ${now}: the database was restored`,
  };
}
