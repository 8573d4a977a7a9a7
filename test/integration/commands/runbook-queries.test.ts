import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freshDatabase } from '../../support/database.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** Every `psql … -c` of a page for whoever is on call, with the page. */
const queries = globSync('docs/{runbooks,operations}/*.md', { cwd: root }).flatMap((file) =>
  Array.from(
    readFileSync(path.join(root, file), 'utf8').matchAll(/psql "\$DATABASE_URL" -c (["'])(.*?)\1/gs),
    ([, , sql = '']) => [file, sql] as const,
  ),
);

const login = `on_call_${randomBytes(4).toString('hex')}`;
let owner: pg.Client;

/** On call one has the bot's URL, as everywhere where money is looked at. */
beforeAll(async () => {
  const { url } = await freshDatabase();
  owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query(`create role ${login} nologin in role wayleave_bot; set role ${login}`);
});
afterAll(async () => {
  await owner.query(`reset role; drop role ${login}`);
  await owner.end();
});

it.each(queries)('%s asks what can be answered: %s', async (_, sql) => {
  await expect(owner.query(sql)).resolves.toMatchObject({ command: 'SELECT' });
});

it('there are queries on the pages', () => {
  expect(queries.length).toBeGreaterThan(6);
});
