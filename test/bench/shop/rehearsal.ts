import pg from 'pg';
import { silentLog } from '../../../src/base/log.ts';
import { Store, type Queryable, type Statement } from '../../../src/store/index.ts';

/** A statement as it was run, and what it took, in milliseconds as the caller sees it. */
export interface Rehearsed {
  readonly text: string;
  readonly values: readonly unknown[];
  readonly ms: number;
}

/** Ends a rehearsal: what follows the statement that is looked at is not wanted. */
class Enough extends Error {}

/**
 * A store that runs the product's own code up to its first statements and takes all of it back, so that the very statement
 * of the product is measured and explained, again and again on the same rows.
 */
class RehearsalStore extends Store {
  readonly rehearsed: Rehearsed[] = [];
  readonly #client: pg.PoolClient;
  readonly #last: number;

  constructor(client: pg.PoolClient, last: number) {
    // Nothing is asked of this pool: everything goes through the one client, in its one transaction.
    super(new pg.Pool(), 'a rehearsal', silentLog);
    this.#client = client;
    this.#last = last;
  }

  override async query<Row extends object>(
    statement: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const { name, text } = typeof statement === 'string' ? { text: statement } : statement;
    const startedMs = performance.now();
    const { rows } = await this.#client.query<Row>({ ...(name !== undefined && { name }), text, values: [...values] });
    this.rehearsed.push({ text, values, ms: performance.now() - startedMs });
    if (this.rehearsed.length > this.#last) throw new Enough();
    return rows;
  }

  override transaction<Result>(body: (tx: Queryable) => Promise<Result>): Promise<Result> {
    return body(this);
  }
}

/**
 * Runs `work` until its statement number `index` is done, and takes it back.
 *
 * @param index from 0
 */
export async function rehearse(
  store: Store,
  work: (store: Store) => Promise<unknown>,
  index: number,
): Promise<Rehearsed> {
  return rolledBack(store, async (client) => {
    const rehearsal = new RehearsalStore(client, index);
    try {
      await work(rehearsal);
    } catch (thrown) {
      if (!(thrown instanceof Enough)) throw thrown;
    }
    const found = rehearsal.rehearsed[index];
    if (found === undefined) throw new Error(`it has no statement number ${String(index)}`);
    return found;
  });
}

/** The plan of a statement that was rehearsed, with what it did and how many pages it read. */
export async function explain(store: Store, { text, values }: Rehearsed): Promise<readonly string[]> {
  return rolledBack(store, async (client) => {
    const sql = `explain (analyze, buffers, costs off, timing off) ${text}`;
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(sql, [...values]);
    return rows.map((row) => row['QUERY PLAN']);
  });
}

async function rolledBack<Result>(store: Store, body: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
  const client = await store.pool.connect();
  try {
    await client.query('begin');
    return await body(client);
  } finally {
    await client.query('rollback');
    client.release();
  }
}
