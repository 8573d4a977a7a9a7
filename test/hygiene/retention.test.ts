import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

it('the page about retention says of every table whether its rows go', () => {
  const migrations = globSync('src/store/migrations/*.sql', { cwd: root });
  const tables = migrations.flatMap((file) =>
    Array.from(read(file).matchAll(/^create table (\w+)/gm), ([, name = '']) => name),
  );
  expect(tables.length).toBeGreaterThan(25);
  const page = read('docs/operations/retention.md');
  expect(tables.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});
