import { previewRevoke, readAccount, revokeTime, type LedgerEntry } from '../../ledger/index.ts';
import type { Host } from '../host.ts';
import { UsageError } from '../usage-error.ts';
import { changeTime, type ActCall } from './change-time.ts';

/** Takes back what is left of one grant, or of all. Moves no money. */
export async function takeTime(
  host: Host,
  text: string,
  options: ActCall & { readonly dryRun: boolean | undefined; readonly grant: string | undefined },
): Promise<void> {
  await changeTime(host, text, options, async (store, subscription) => {
    const { entries } = await readAccount(store, subscription.id);
    const targets = targetsOf(entries, options.grant);
    const only = options.grant === undefined ? undefined : targets[0];
    return {
      preview: (account) => previewRevoke(account.entries, account.now, targets),
      apply: (by) => revokeTime(store, subscription.id, only, by),
      cause: (requestId) => `revoke:${requestId}`,
    };
  });
}

/** @param wanted number of a line of "ledger show", or the id of the grant */
function targetsOf(entries: readonly LedgerEntry[], wanted: string | undefined): string[] {
  const grants = entries.filter(({ kind }) => kind === 'grant');
  if (wanted === undefined) return grants.map(({ id }) => id);
  const found = grants.find(({ id, sequence }) => id === wanted || String(sequence) === wanted.replace(/^#/, ''));
  if (found !== undefined) return [found.id];
  const known = grants.map(({ sequence }) => `#${String(sequence)}`).join(', ');
  throw new UsageError(`--grant must be the number of a grant (${known}) or its id, not "${wanted}".`);
}
