import { createHash } from 'node:crypto';
import type pg from 'pg';

type Query = (config: unknown, ...rest: unknown[]) => unknown;

/**
 * Has every statement of a pool prepared once per connection, so that a hundred thousand histories do not plan the same
 * statements again and again. The statements stay what they are.
 */
export function prepareEverything(pool: pg.Pool): pg.Pool {
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const known = names.get(text) ?? `p${createHash('md5').update(text).digest('hex')}`;
    names.set(text, known);
    return known;
  };
  const done = new WeakSet<pg.PoolClient>();
  // Not on `connect`: the pool may have connections already.
  pool.on('acquire', (client) => {
    if (done.has(client)) return;
    done.add(client);
    const plain = client.query.bind(client) as Query;
    const query: Query = (config, ...rest) =>
      isNameless(config) ? plain({ ...config, name: nameOf(config.text) }, ...rest) : plain(config, ...rest);
    client.query = query as typeof client.query;
  });
  return pool;
}

/** Transactions' own words are cheaper as they are. */
function isNameless(config: unknown): config is { readonly text: string } {
  return (
    typeof config === 'object' &&
    config !== null &&
    'text' in config &&
    typeof config.text === 'string' &&
    !('name' in config && config.name !== undefined) &&
    !/^(begin|commit|rollback)/.test(config.text)
  );
}
