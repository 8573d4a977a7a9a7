import { text as readStream } from 'node:stream/consumers';
import { findNamedSubscriptions, type NamedSubscription } from '../../ledger/index.ts';
import { addAlias, aliasesOf, hashToken, removeAlias, type Queryable } from '../../store/index.ts';
import { tokenOfAddress } from '../../subscriptions/alias-paths.ts';
import { CommandError } from '../command-error.ts';
import type { Host } from '../host.ts';
import { authorOf, withLedger, type LedgerCall } from '../ledger/open-ledger.ts';
import { minuteText, tableText } from '../ledger/words.ts';
import { UsageError } from '../usage-error.ts';

export interface AliasCall extends LedgerCall {
  readonly ends: number | undefined;
  readonly author: string | undefined;
}

export async function addOneAlias(host: Host, text: string, address: string, call: AliasCall): Promise<void> {
  const token = tokenOrRefuse(await given(address));
  await withLedger(host, call, async (store) => {
    const subscription = await onlySubscription(store, text);
    const outcome = await addAlias(store, {
      hash: hashToken(token),
      subscriptionId: subscription.id,
      endsAtMs: call.ends,
      createdBy: authorOf(host, call.author),
    });
    if (outcome === 'taken') {
      throw new CommandError(`this address leads to another subscription already: remove it there first`, {
        retry: 'never',
      });
    }
    const said = { added: 'leads there from now on', changed: 'has another end now', known: 'led there already' };
    host.stdout.write(`${nameOf(subscription)}: the address ${said[outcome]}\n`);
  });
}

export async function printAliases(
  host: Host,
  text: string,
  call: LedgerCall & { readonly json: boolean | undefined },
): Promise<void> {
  const aliases = await withLedger(host, call, async (store) =>
    aliasesOf(store, (await onlySubscription(store, text)).id),
  );
  if (call.json === true) {
    const iso = (ms: number): string => new Date(ms).toISOString();
    const listed = aliases.map(({ handle, createdAtMs, createdBy, endsAtMs }) => ({
      hash: handle,
      since: iso(createdAtMs),
      addedBy: createdBy,
      ends: endsAtMs === undefined ? null : iso(endsAtMs),
    }));
    host.stdout.write(`${JSON.stringify({ aliases: listed }, null, 2)}\n`);
    return;
  }
  if (aliases.length === 0) {
    host.stdout.write('no address of another product leads there\n');
    return;
  }
  const rows = aliases.map(({ handle, createdAtMs, createdBy, endsAtMs }) => {
    return [handle, minuteText(createdAtMs), createdBy, endsAtMs === undefined ? 'never' : minuteText(endsAtMs)];
  });
  host.stdout.write(`${tableText([['hash', 'since (UTC)', 'added by', 'ends (UTC)'], ...rows])}\n`);
}

export async function removeOneAlias(host: Host, text: string, address: string, call: LedgerCall): Promise<void> {
  const old = await given(address);
  await withLedger(host, call, async (store) => {
    const subscription = await onlySubscription(store, text);
    const token = tokenOfAddress(old);
    const removed =
      (/^[0-9a-f]{12}$/.test(old) ? await removeAlias(store, subscription.id, old) : 0) ||
      (token === undefined ? 0 : await removeAlias(store, subscription.id, hashToken(token)));
    if (removed === 0) {
      const { namespace, name } = subscription;
      throw new CommandError(
        `no such address leads to it: "wayleave link alias list ${namespace}/${name}" names them`,
        {
          retry: 'never',
        },
      );
    }
    host.stdout.write(`${nameOf(subscription)}: the address leads nowhere any more\n`);
  });
}

/** The one subscription that a text means, whoever made it. @throws CommandError, UsageError */
export async function onlySubscription(store: Queryable, text: string): Promise<NamedSubscription> {
  const found = (await findNamedSubscriptions(store, text)).filter((one) => one.deletedAtMs === undefined);
  const [only, ...others] = found;
  if (only === undefined) throw new CommandError(`there is no subscription "${text}"`, { retry: 'never' });
  if (others.length === 0) return only;
  const names = found.slice(0, 5).map(({ namespace, name }) => `${namespace}/${name}`);
  throw new UsageError(`"${text}" means several subscriptions, say which one: ${names.join(', ')}.`);
}

function nameOf({ namespace, name, shortId }: NamedSubscription): string {
  return `${namespace}/${name} (wl-${shortId})`;
}

async function given(address: string): Promise<string> {
  return (address === '-' ? await readStream(process.stdin) : address).trim();
}

/** What was given is a secret, so it is not repeated. */
function tokenOrRefuse(address: string): string {
  const token = tokenOfAddress(address);
  if (token !== undefined) return token;
  throw new UsageError('the address has no token in it: give it whole, or the part after /sub/.');
}
