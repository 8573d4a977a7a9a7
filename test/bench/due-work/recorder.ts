import type pg from 'pg';

export interface RecordedStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * A connection on which every transaction of the product ends in a rollback, so that the same work is due again, and which
 * remembers what was asked. The statements are the product's own: nothing here is written after them.
 */
export class Recorder {
  readonly statements: RecordedStatement[] = [];
  readonly #client: pg.Client;

  constructor(client: pg.Client) {
    this.#client = client;
  }

  /** What a store asks its pool for. */
  pool(): Pick<pg.Pool, 'connect' | 'on'> {
    const query = this.#query.bind(this);
    const client = { query, on: () => client, removeListener: () => client, release: () => undefined };
    return { connect: () => Promise.resolve(client), query, on: () => client } as unknown as pg.Pool;
  }

  async #query(statement: string | { readonly text: string; readonly values?: readonly unknown[] }): Promise<unknown> {
    const { text, values = [] } = typeof statement === 'string' ? { text: statement } : statement;
    if (/^(begin|commit|rollback)$/.test(text))
      return this.#client.query(`${text === 'begin' ? 'savepoint' : 'rollback to'} product`);
    this.statements.push({ text, values });
    return this.#client.query(text, [...values]);
  }
}
