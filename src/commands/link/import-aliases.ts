import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { addAlias, hashToken, type Queryable, type Store } from '../../store/index.ts';
import { CommandError } from '../command-error.ts';
import type { Host } from '../host.ts';
import { authorOf, withLedger } from '../ledger/open-ledger.ts';
import { UsageError } from '../usage-error.ts';
import { readAliasLine, type AliasLine } from './alias-lines.ts';
import { onlySubscription, type AliasCall } from './change-aliases.ts';

const progressEvery = 1000;

type Done = 'added' | 'changed' | 'known' | 'refused';

export interface ImportCall extends AliasCall {
  readonly dryRun: boolean | undefined;
}

/**
 * Adds the addresses of a file, line by line, so that a call that is broken off has done what it has counted.
 *
 * @returns whether every line could be used
 */
export async function importAliases(host: Host, file: string, call: ImportCall): Promise<boolean> {
  const counts = { added: 0, changed: 0, known: 0, refused: 0 };
  const importInto = async (db: Queryable): Promise<void> => {
    let number = 0;
    for await (const line of linesOf(file)) {
      number += 1;
      const done = await importLine(host, db, { line, number }, call);
      if (done !== undefined) counts[done] += 1;
      if (number % progressEvery === 0) host.stderr.write(`${number} lines…\n`);
    }
  };
  await withLedger(host, call, (store) => (call.dryRun === true ? undoing(store, importInto) : importInto(store)));
  const { added, changed, known, refused } = counts;
  const what = call.dryRun === true ? 'dry run, nothing was changed: ' : '';
  host.stdout.write(
    `${what}${added} added, ${changed} with another end, ${known} there already, ${refused} lines left out\n`,
  );
  return refused === 0;
}

class Undone extends Error {}

/** Does it in a transaction that is rolled back: what it comes to is what it would come to. */
async function undoing(store: Store, body: (db: Queryable) => Promise<void>): Promise<void> {
  try {
    await store.transaction(async (tx) => {
      await body(tx);
      throw new Undone();
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
  }
}

async function importLine(
  host: Host,
  store: Queryable,
  { line, number }: { readonly line: string; readonly number: number },
  call: ImportCall,
): Promise<Done | undefined> {
  try {
    const wanted = readAliasLine(line);
    return wanted === undefined ? undefined : await importOne(host, store, wanted, call);
  } catch (error) {
    // Whatever is wrong with this line; a database that fails is wrong with all of them, and ends the call.
    if (!(error instanceof RangeError || error instanceof UsageError || error instanceof CommandError)) throw error;
    host.stderr.write(`line ${number}: ${error.message}\n`);
    return 'refused';
  }
}

async function importOne(host: Host, store: Queryable, wanted: AliasLine, call: ImportCall): Promise<Done> {
  const { id } = await onlySubscription(store, wanted.subscription);
  const outcome = await addAlias(store, {
    hash: hashToken(wanted.token),
    subscriptionId: id,
    endsAtMs: wanted.endsAtMs ?? call.ends,
    createdBy: authorOf(host, call.author),
  });
  if (outcome !== 'taken') return outcome;
  throw new CommandError(`its address leads to another subscription than ${wanted.subscription} already`, {
    retry: 'never',
  });
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const input = file === '-' ? process.stdin : createReadStream(file, 'utf8');
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (cause) {
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause;
    throw new UsageError(`the file "${file}" cannot be read.`, cause);
  }
}
