import { uuidv7 } from 'uuidv7';
import {
  entitlementAt,
  readAccount,
  type ActBy,
  type Entitlement,
  type NamedSubscription,
  type SubscriptionAccount,
} from '../../ledger/index.ts';
import { StoreError, type Store } from '../../store/index.ts';
import { CommandError } from '../command-error.ts';
import type { Host } from '../host.ts';
import { expiryText } from './account-text.ts';
import { chooseSubscription } from './choose.ts';
import { authorOf, withLedger, type LedgerCall } from './open-ledger.ts';

export interface ActCall extends LedgerCall {
  readonly reason: string;
  readonly author: string | undefined;
  readonly requestId: string | undefined;
}

/** Something that a person does to one subscription. */
export interface TimeChange {
  /** What it would come to; may refuse what makes no sense. Nothing is written. */
  readonly preview: (account: SubscriptionAccount) => Entitlement | undefined;
  readonly apply: (by: Required<ActBy>) => Promise<unknown>;
  /** The cause of the entry that `apply` writes begins so; absent where doing it again never makes another. */
  readonly cause?: (requestId: string) => string;
}

/** Does it, and shows what the subscription came to before and after. */
export async function changeTime(
  host: Host,
  text: string,
  options: ActCall & { readonly dryRun?: boolean | undefined },
  prepare: (store: Store, subscription: NamedSubscription) => Promise<TimeChange>,
): Promise<void> {
  const requestId = options.requestId ?? uuidv7();
  await withLedger(host, options, async (store) => {
    const subscription = await chooseSubscription(store, text);
    const { preview, apply, cause } = await prepare(store, subscription);
    const before = await readAccount(store, subscription.id);
    const isRepeated = isOnRecord(before, cause?.(requestId));
    const planned = isRepeated ? entitlementAt(before.entries, before.now) : preview(before);
    const { namespace, name, shortId } = subscription;
    const lines = [
      `${namespace}/${name} (wl-${shortId})`,
      `before  ${expiryText(entitlementAt(before.entries, before.now), before.now)}`,
    ];
    if (options.dryRun === true) {
      lines.push(`after   ${expiryText(planned, before.now)}`, 'dry run: nothing was changed');
    } else {
      const by = { author: authorOf(host, options.author), reason: options.reason, requestId };
      // Done again it would also take what was given since.
      if (!isRepeated) await repeatable(requestId, () => apply(by));
      const after = await readAccount(store, subscription.id);
      lines.push(`after   ${expiryText(entitlementAt(after.entries, after.now), after.now)}`);
      const isNews = after.entries.length > before.entries.length && !isRepeated;
      lines.push(isNews ? `on record as request ${requestId}` : 'it was so already: nothing was changed');
    }
    host.stdout.write(`${lines.join('\n')}\n`);
  });
}

function isOnRecord({ entries }: SubscriptionAccount, cause: string | undefined): boolean {
  return cause !== undefined && entries.some((entry) => entry.cause === cause || entry.cause.startsWith(`${cause}:`));
}

/** Whoever does not know whether it was done must be able to do it again without doing it twice. */
export async function repeatable<Result>(requestId: string, act: () => Promise<Result>): Promise<Result> {
  try {
    return await act();
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause;
    throw new CommandError(`it is not known whether it was done; repeat the call with --request-id ${requestId}`, {
      retry: 'later',
      cause,
    });
  }
}
