import type pg from 'pg';
import type { Log } from '../base/log.ts';
import { StoreError, toStoreError } from './errors.ts';

/** A statement. With a name it is prepared once per connection: for the hot ones. Its first word pair names it in errors. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** What a query function needs: the store itself, or a transaction of it. */
export interface Queryable {
  /**
   * @returns the rows, as the caller's SQL shapes them
   * @throws StoreError
   */
  query<Row extends object>(statement: Statement | string, values?: readonly unknown[]): Promise<Row[]>;
}

/** How often a transaction that lost a deadlock or a serialization race is tried in all. */
const transactionAttempts = 4;

/** A pool of connections to a database that `openStore` has checked. */
export class Store implements Queryable {
  readonly pool: pg.Pool;
  /** `host:port/database as user`, for messages. */
  readonly description: string;

  constructor(pool: pg.Pool, description: string, log: Log) {
    this.pool = pool;
    this.description = description;
    // An idle connection that dies (a restart of Postgres) says so here; without a listener Node would end the process.
    pool.on('error', (cause) => {
      log.warn({ err: toStoreError(cause, `an idle connection to ${description} broke`) }, 'database connection lost');
    });
  }

  query<Row extends object>(statement: Statement | string, values: readonly unknown[] = []): Promise<Row[]> {
    return run<Row>(this.pool, statement, values);
  }

  /**
   * Runs `body` in a transaction, and again from the start if it lost a deadlock: it must only talk to `tx`, never to a
   * network, and have no effect outside it. Everybody locks in one order, so that is for index pages and what a version
   * before this one still does; and at once, because whoever won holds his locks, and the next try waits for them in line.
   *
   * @throws StoreError, or whatever `body` threw, after a rollback
   */
  async transaction<Result>(body: (tx: Queryable) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(body);
      } catch (thrown) {
        const lost = thrown instanceof StoreError && thrown.code === 'STORE_CONTENTION';
        if (!lost || attempt >= transactionAttempts) throw thrown;
      }
    }
  }

  async #attempt<Result>(body: (tx: Queryable) => Promise<Result>): Promise<Result> {
    const client = await connect(this.pool);
    // The pool listens only to idle connections; one that breaks between two of our statements would end the process.
    let broken: Error | undefined;
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await run(client, 'begin', []);
      const result = await body({ query: (statement, values = []) => run(client, statement, values) });
      await run(client, 'commit', []);
      return result;
    } catch (thrown) {
      // A connection that cannot even roll back is thrown away, which makes the server roll back.
      await client.query('rollback').catch((error: Error) => {
        broken = error;
      });
      throw thrown;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }

  /** Waits for running statements and closes every connection. */
  async close(): Promise<void> {
    await this.pool.end();
  }
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (thrown) {
    throw toStoreError(thrown, 'connecting to the database');
  }
}

async function run<Row extends object>(
  on: pg.Pool | pg.ClientBase,
  statement: Statement | string,
  values: readonly unknown[],
): Promise<Row[]> {
  const { name, text } = typeof statement === 'string' ? { text: statement } : statement;
  try {
    const result = await on.query<Row>({ ...(name !== undefined && { name }), text, values: [...values] });
    return result.rows;
  } catch (thrown) {
    throw toStoreError(thrown, name ?? text.trim().split(/\s+/).slice(0, 4).join(' '));
  }
}
