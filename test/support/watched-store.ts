import { silentLog } from '../../src/base/log.ts';
import { Store, type Queryable, type Statement } from '../../src/store/index.ts';

/** A store whose statements are counted, and that can be held up between two of them. Shares the connections of another. */
export class WatchedStore extends Store {
  /** That went to the server, `begin` and `commit` too. */
  statements = 0;
  /** How often a transaction was begun: more often than asked for where one lost a deadlock. */
  begun = 0;
  readonly #after: (text: string) => Promise<void> | void;

  /** @param after is waited for after each statement */
  constructor({ pool }: Store, after: (text: string) => Promise<void> | void = () => undefined) {
    super(pool, 'a watched store', silentLog);
    this.#after = after;
  }

  override async query<Row extends object>(
    statement: Statement | string,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    const rows = await super.query<Row>(statement, values);
    await this.#note(statement);
    return rows;
  }

  override transaction<Result>(body: (tx: Queryable) => Promise<Result>): Promise<Result> {
    return super.transaction((tx) => {
      this.begun += 1;
      this.statements += 2;
      return body({
        query: async <Row extends object>(statement: Statement | string, values: readonly unknown[] = []) => {
          const rows = await tx.query<Row>(statement, values);
          await this.#note(statement);
          return rows;
        },
      });
    });
  }

  async #note(statement: Statement | string): Promise<void> {
    this.statements += 1;
    await this.#after(typeof statement === 'string' ? statement : statement.text);
  }
}
