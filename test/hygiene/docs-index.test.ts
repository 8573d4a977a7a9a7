import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { linksOf } from './links.ts';

const docs = path.resolve(import.meta.dirname, '../../docs');

/** Files that a page links to, from the folder of pages. */
function linkedFrom(page: string): ReadonlySet<string> {
  const links = linksOf(readFileSync(path.join(docs, page), 'utf8'));
  return new Set(links.map(({ target }) => path.join(path.dirname(page), target.split('#')[0] ?? '')));
}

function pagesIn(...folders: readonly string[]): readonly string[] {
  return folders
    .flatMap((folder) => readdirSync(path.join(docs, folder)).map((name) => path.join(folder, name)))
    .filter((page) => page.endsWith('.md') && path.basename(page) !== 'README.md');
}

it.each([
  ['README.md', pagesIn('.', 'operations', 'reference')],
  ['adr/README.md', pagesIn('adr')],
])('%s leads to every page that it is the index of', (index, pages) => {
  const linked = linkedFrom(index);
  expect(pages.length).toBeGreaterThan(10);
  expect(pages.filter((page) => !linked.has(page))).toEqual([]);
});
